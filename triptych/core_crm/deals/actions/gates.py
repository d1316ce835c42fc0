"""The gates of stages: what a deal must have before a stage lets it in."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from babel.lists import format_list
from django.utils import translation
from django.utils.translation import gettext as _

from triptych.core_crm.activities.upcoming import next_due
from triptych.core_crm.deals.models import Deal, DealContact, Requirement, Stage
from triptych.platform.refusals import Refused

FIELDS_NEEDED = "FIELDS_NEEDED"


class MoveRefused(Refused):
    """The deal may not enter that stage."""

    code = "MOVE_REFUSED"


class FieldsNeeded(MoveRefused):
    """The deal lacks what the stage asks for; `missing` says what, in the order of the stage's settings."""

    code = FIELDS_NEEDED

    def __init__(self, stage: Stage, missing: Sequence[Requirement]) -> None:
        self.missing = missing
        message = _("“%(stage)s” needs this first: %(missing)s. Fill it in, then move the deal.")
        super().__init__(message % {"stage": stage, "missing": listed(missing)}, field=FIELD_OF.get(missing[0], ""))


FIELD_OF = {
    **{requirement: str(requirement.value) for requirement in Requirement},
    Requirement.CONTACT: "primary_contact",
    Requirement.DECISION_MAKER: "contacts",
}
"""The field by which each requirement is met."""


def missing_for(deal: Deal, stage: Stage) -> list[Requirement]:
    """What the deal lacks to enter the stage. Asks the database only about people and activities."""
    return [wanted for name in stage.required_fields if not _is_met(wanted := Requirement(name), deal)]


def check_gate(deal: Deal, stage: Stage) -> None:
    """Raises FieldsNeeded if the deal lacks something that the stage asks for."""
    if missing := missing_for(deal, stage):
        raise FieldsNeeded(stage, missing)


def listed(requirements: Sequence[Requirement]) -> str:
    """Requirements as people name them, e.g. “Amount and Next step”."""
    language = (translation.get_language() or "en").replace("-", "_")
    return str(format_list([str(requirement.label) for requirement in requirements], locale=language))


def _is_met(requirement: Requirement, deal: Deal) -> bool:
    check = _CHECKS.get(requirement)
    if check is not None:
        return check(deal)
    return getattr(deal, FIELD_OF[requirement]) not in (None, "")


def _has_next_step(deal: Deal) -> bool:
    """Something is written down, or an activity is open."""
    return bool(deal.next_step) or deal.pk in next_due([deal.pk])


def _has_contact(deal: Deal) -> bool:
    return deal.primary_contact_id is not None or deal.deal_contacts.exists()


def _has_decision_maker(deal: Deal) -> bool:
    return deal.deal_contacts.filter(role=DealContact.Role.DECISION_MAKER).exists()


_CHECKS: dict[Requirement, Callable[[Deal], bool]] = {
    Requirement.NEXT_STEP: _has_next_step,
    Requirement.CONTACT: _has_contact,
    Requirement.DECISION_MAKER: _has_decision_maker,
    Requirement.COMPANY: lambda deal: deal.company_id is not None,
    Requirement.OWNER: lambda deal: deal.owner_id is not None,
}
