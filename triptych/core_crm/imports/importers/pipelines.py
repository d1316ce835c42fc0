"""The pipeline that imported deals go into: one whose stages fit, or one made of the stages that the file names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from triptych.core_crm.deals import actions
from triptych.core_crm.deals.actions import NewStage
from triptych.core_crm.deals.models import ForecastCategory, Pipeline, Stage
from triptych.core_crm.imports.importer import Change, Option, Writing
from triptych.core_crm.imports.values import folded
from triptych.platform.ids import new_id

NEW = "new"
MOST_STAGES = 30
WON = frozenset(
    {"won", "closedwon", "win", "closewon", "gewonnen", "выиграно", "vinto", "wygrana", "ganado", "success"}
)
LOST = frozenset({"lost", "closedlost", "loss", "closelost", "verloren", "проиграно", "perso", "przegrana", "perdido"})
PROGRESS = (
    (("lead", "new", "prospect", "identif", "suspect"), Stage.Status.PROSPECTING, 10),
    (("qualif", "assess"), Stage.Status.QUALIFICATION, 20),
    (("engag", "contact", "discover", "meeting", "demo", "analys", "needs"), Stage.Status.ENGAGEMENT, 30),
    (("propos", "quot", "offer", "present", "tender"), Stage.Status.PROPOSAL, 50),
    (("negot", "contract", "review", "legal", "verbal", "commit", "decision"), Stage.Status.NEGOTIATION, 75),
)
"""What stages are usually called, in the order in which a deal passes them, with the usual probability."""


def pipeline_options(chosen: Mapping[str, Any], stages: Sequence[str]) -> list[Option]:
    """The pipelines to choose from, and a new one."""
    planned = [stage["name"] for stage in chosen.get("stages", ())]
    new = _("A new pipeline “{name}” with {stages}").format(
        name=chosen.get("pipeline_name") or _("Imported"), stages=", ".join(planned)
    )
    pipelines = Pipeline.objects.active().in_order()
    choices = [(str(pipeline.pk), pipeline.name) for pipeline in pipelines]
    return [Option("pipeline", _("Pipeline"), (*choices, (NEW, new)), chosen.get("pipeline", NEW))]


def settled_pipeline(chosen: Mapping[str, Any], texts: Sequence[str], title: str) -> dict[str, Any]:
    """The options with a pipeline: the first that has all the stages, the default one first; else a new one."""
    options = {**chosen, "stages": planned_stages(texts[:MOST_STAGES])}
    options["pipeline_name"] = chosen.get("pipeline_name") or _free_name(title)
    if options.get("pipeline") != NEW and not _pipeline(options.get("pipeline")):
        wanted = {folded(text) for text in texts}
        fitting = [str(pipeline.pk) for pipeline in _in_order_of_choice() if wanted <= set(_known(pipeline))]
        options["pipeline"] = fitting[0] if fitting else NEW
    return options


def planned_stages(texts: Sequence[str]) -> list[dict[str, Any]]:
    """Stages of these names, in the order in which a deal passes them, won and lost last and always there."""
    names: dict[str, str] = {}
    for text in texts:
        names.setdefault(folded(text), text.strip()[:80])
    open_names = [name for fold, name in names.items() if fold not in WON | LOST]
    open_names.sort(key=_progress)
    rows: list[dict[str, Any]] = []
    for place, name in enumerate(open_names or [_("Open")]):
        status, usual = _meaning(name)
        probability = usual or round(100 * (place + 1) / (len(open_names) + 1))
        rows.append({"name": name, "status": status, "probability": probability, "forecast": ForecastCategory.PIPELINE})
    won = next((name for fold, name in names.items() if fold in WON), _("Won"))
    lost = next((name for fold, name in names.items() if fold in LOST), _("Lost"))
    rows.append({"name": won, "status": Stage.Status.WON, "probability": 100, "forecast": ForecastCategory.CLOSED})
    rows.append({"name": lost, "status": Stage.Status.LOST, "probability": 0, "forecast": ForecastCategory.OMITTED})
    return rows


def _meaning(name: str) -> tuple[str, int]:
    fold = folded(name)
    for beginnings, status, probability in PROGRESS:
        if any(beginning in fold for beginning in beginnings):
            return status, probability
    return Stage.Status.QUALIFICATION, 0


def _progress(name: str) -> int:
    return _meaning(name)[1] or 40


def make_pipeline(writing: Writing) -> tuple[dict[str, Any], list[Change]]:
    """Create the new pipeline, if one was chosen; the options then name it."""
    options = dict(writing.options)
    if options.get("pipeline") != NEW:
        return options, []
    stages = [
        NewStage(row["name"], row["status"], row["probability"], row["forecast"]) for row in options.get("stages", ())
    ]
    name = _free_name(options.get("pipeline_name", ""))
    pipeline = actions.create_pipeline(name=name, by=writing.by, now=writing.at, stages=stages)
    made = Stage.objects.filter(pipeline=pipeline).in_order()
    changes = [Change(0, "deals.pipeline", pipeline.pk), *(Change(0, "deals.stage", stage.pk) for stage in made)]
    return {**options, "pipeline": str(pipeline.pk)}, changes


def names_of_stages(options: Mapping[str, Any]) -> Iterable[tuple[UUID, str]]:
    """What the file may call the stages: their names, and the usual words for won and lost."""
    pipeline = _pipeline(options.get("pipeline"))
    if pipeline is None:
        return [(new_id(), row["name"]) for row in options.get("stages", ())]
    stages = list(pipeline.stages.active().in_order())
    named = [(stage.pk, stage.name) for stage in stages]
    taken = {folded(name) for _pk, name in named}
    for words, is_won in ((WON, True), (LOST, False)):
        closed = next((stage for stage in stages if stage.is_closed and stage.is_won is is_won), None)
        named += [(closed.pk, word) for word in sorted(words - taken)] if closed else []
    return named


def _known(pipeline: Pipeline) -> Iterable[str]:
    return (folded(name) for _pk, name in names_of_stages({"pipeline": str(pipeline.pk)}))


def _in_order_of_choice() -> list[Pipeline]:
    return sorted(Pipeline.objects.active().in_order(), key=lambda pipeline: not pipeline.is_default)


def _pipeline(text: Any) -> Pipeline | None:
    try:
        found: Pipeline | None = Pipeline.objects.active().filter(pk=UUID(str(text))).first()
    except ValueError:
        return None
    return found


def _free_name(title: str) -> str:
    """The title as the name of a pipeline, with a number behind it if it is taken."""
    name = " ".join(title.replace("_", " ").split()).capitalize()[:70] or _("Imported")
    taken = {known.casefold() for known in Pipeline.objects.active().values_list("name", flat=True)}
    number = 2
    free = name
    while free.casefold() in taken:
        free = f"{name} {number}"
        number += 1
    return free
