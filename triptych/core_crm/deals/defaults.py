"""What a new tenant begins with."""

from datetime import datetime

from triptych.core_crm.deals.actions.pipelines import create_pipeline
from triptych.core_crm.deals.models import Pipeline


def make_defaults(now: datetime) -> None:
    """Make the pipeline “Sales” with the usual stages, unless there is a pipeline already."""
    if not Pipeline.objects.exists():
        create_pipeline(name="Sales", by=None, now=now)
