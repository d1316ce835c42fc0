"""What a new tenant begins with."""

from datetime import datetime

from django.utils.translation import pgettext_lazy

from triptych.core_crm.deals.actions.pipelines import USUAL_STAGES, create_pipeline
from triptych.core_crm.deals.models import Pipeline, Stage
from triptych.platform.languages.naming import say_names

SALES = pgettext_lazy("pipeline", "Sales")


def make_defaults(now: datetime) -> None:
    """Make the pipeline “Sales” with the usual stages, unless there is a pipeline already."""
    if not Pipeline.objects.exists():
        create_pipeline(name=str(SALES), by=None, now=now)


def name_defaults() -> None:
    """Call them as the language that is spoken does."""
    say_names(Pipeline.objects.all(), [SALES])
    say_names(Stage.objects.all(), [stage.name for stage in USUAL_STAGES])
