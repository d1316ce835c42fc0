"""The gates of stages: what a deal must have before a stage lets it in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial

from babel.lists import format_list
from django.utils import translation
from django.utils.translation import gettext as _

from triptych.core_crm.activities.upcoming import next_due
from triptych.core_crm.deals.hookspecs import DealRequirement
from triptych.core_crm.deals.models import Deal, DealContact, Requirement, Stage
from triptych.platform.plugins import hooks
from triptych.platform.plugins.guard import isolated
from triptych.platform.refusals import Refused
from triptych.tenants.members.models import Member

FIELDS_NEEDED = "FIELDS_NEEDED"


class MoveRefused(Refused):
    """The deal may not enter that stage."""

    code = "MOVE_REFUSED"


class FieldsNeeded(MoveRefused):
    """The deal lacks what the stage asks for; `missing` says what, in the order of the stage's settings."""

    code = FIELDS_NEEDED

    def __init__(self, stage: Stage, missing: Sequence[Gate], *, by: Member | None) -> None:
        self.missing = missing
        message = _("“%(stage)s” needs this first: %(missing)s. Fill it in, then move the deal.")
        super().__init__(message % {"stage": stage, "missing": listed(missing, by)}, field=missing[0].field)


@dataclass(frozen=True)
class Gate:
    """One thing that a stage asks for. `field` is the one by which it is met, if there is one.

    What a stage still names although nobody brings it any more is not `is_asked`.
    """

    name: str
    label: str
    is_met: Callable[[Deal], bool]
    field: str = ""
    how: str = ""
    is_seen: Callable[[Member | None], bool] = lambda _member: True
    is_asked: bool = True

    def label_for(self, member: Member | None) -> str:
        """As that member may know it."""
        return self.label if self.is_seen(member) else _("something that your role does not show")


FIELD_OF = {
    **{requirement: str(requirement.value) for requirement in Requirement},
    Requirement.CONTACT: "primary_contact",
    Requirement.DECISION_MAKER: "contacts",
}
"""The field by which each requirement is met."""


def gates_of(stage: Stage) -> list[Gate]:
    """Everything that the settings of a stage name, in their order."""
    known = {gate.name: gate for gate in _further(stage.further_gates)} if stage.further_gates else {}
    further = [known.get(name) or _gone(name) for name in stage.further_gates]
    return [*(_core(Requirement(name)) for name in stage.required_fields), *further]


def offered_gates(named: Sequence[str] = ()) -> list[Gate]:
    """What a stage may ask for besides the requirements of core, with those `named` that are gone."""
    found = _further(named)
    there = {gate.name for gate in found}
    wanted = [gate for gate in found if gate.is_asked or gate.name in named]
    return [*wanted, *(_gone(name) for name in named if name not in there)]


def missing_for(deal: Deal, stage: Stage) -> list[Gate]:
    """What the deal lacks to enter the stage. Asks the database only about people, activities and what plugins ask."""
    return [gate for gate in gates_of(stage) if gate.is_asked and not gate.is_met(deal)]


def check_gate(deal: Deal, stage: Stage, *, by: Member | None) -> None:
    """Raises FieldsNeeded if the deal lacks something that the stage asks for."""
    if missing := missing_for(deal, stage):
        raise FieldsNeeded(stage, missing, by=by)


def check_gate_names(names: Iterable[str], *, kept: Sequence[str] = ()) -> list[str]:
    """The names that a stage is to ask for, each once; those `kept` may be gone by now.

    Raises:
        Refused: nobody brings one of them.
    """
    wanted = list(dict.fromkeys(names))
    known = {gate.name for gate in offered_gates()} if set(wanted) - set(kept) else set()
    if unknown := next((name for name in wanted if name not in known and name not in kept), None):
        message = _("There is nothing called “%(name)s” that a stage could ask for.")
        raise Refused(message % {"name": unknown[:60]}, field="further_gates")
    return wanted


def listed(gates: Sequence[Gate], member: Member | None) -> str:
    """Gates as people name them, e.g. “Amount and Next step”."""
    language = (translation.get_language() or "en").replace("-", "_")
    return str(format_list([gate.label_for(member) for gate in gates], locale=language))


def _core(requirement: Requirement) -> Gate:
    return Gate(requirement, str(requirement.label), partial(_is_met, requirement), FIELD_OF[requirement])


def _further(names: Sequence[str]) -> list[Gate]:
    """What own fields and plugins bring. A plugin whose question raises asks for nothing."""
    found = hooks.gather_by_plugin("deal_requirements", names=frozenset(names))
    return [_brought(by, one) for by, one in found if by.startswith("core:") or one.name.startswith(f"{by}.")]


def _brought(by: str, wanted: DealRequirement) -> Gate:
    def is_met(deal: Deal) -> bool:
        if by.startswith("core:"):
            return wanted.is_met(deal)
        return isolated(by, "deal_requirements", partial(wanted.is_met, deal)) is not False

    label, how = str(wanted.label), str(wanted.how)
    return Gate(wanted.name, label, is_met, wanted.field, how, wanted.is_seen, wanted.is_offered)


def _gone(name: str) -> Gate:
    """What a stage names although its field was forgotten or its plugin is off."""
    label = _("something that is no longer there (%(name)s)") % {"name": name}
    return Gate(name, label, lambda _deal: True, is_asked=False)


def _is_met(requirement: Requirement, deal: Deal) -> bool:
    check = _CHECKS.get(requirement)
    if check is not None:
        return check(deal)
    return getattr(deal, FIELD_OF[requirement]) not in (None, "")


def _has_next_step(deal: Deal) -> bool:
    """Something is written down, or an activity is open."""
    return bool(deal.next_step) or deal.pk in next_due([deal.pk], None)


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
