"""Rollups: how many related records a record has, what they come to, which is the latest."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from django.db.models import Aggregate, Avg, Count, Exists, F, Max, Min, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from triptych.core_crm.activities.models import ActivityLink
from triptych.core_crm.contacts.models import ContactCompany
from triptych.core_crm.custom_fields import definitions
from triptych.core_crm.custom_fields.computed.references import own_term, standard_of, standard_term
from triptych.core_crm.custom_fields.computed.terms import (
    NUMBER,
    OUTPUTS,
    BadFormula,
    Missing,
    Result,
    Sql,
    Term,
    failing_when,
)
from triptych.core_crm.custom_fields.models import CustomField, Measure
from triptych.core_crm.custom_fields.objects import OBJECTS
from triptych.core_crm.deals.models import DealContact, ExchangeRate
from triptych.core_crm.deals.rates import today
from triptych.core_crm.lists.conditions import ME, MY_TEAM, Asker
from triptych.core_crm.lists.fields import Type
from triptych.core_crm.lists.nouns import list_of
from triptych.core_crm.lists.spec import ListSpec
from triptych.core_crm.lists.where import Group, Reading, group_of
from triptych.core_crm.money import own_currency
from triptych.platform import clock
from triptych.tenants.members.models import Member

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True)
class Relation:
    """Records that belong to a record: of which kind they are, and the condition that ties them to it."""

    name: str
    label: StrOrPromise
    target: str
    linked: Callable[[], Q]


def _by(column: str) -> Callable[[], Q]:
    return lambda: Q(**{column: OuterRef("pk")})


def _among(model: Any, points_at: str, of: str, **more: Any) -> Callable[[], Q]:
    """By the rows of a model between the two; the record is two queries further out than they are."""
    return lambda: Q(pk__in=model.objects.filter(**{points_at: OuterRef(OuterRef("pk"))}, **more).values(of))


def _of_contact() -> Q:
    taking_part = DealContact.objects.filter(contact_id=OuterRef(OuterRef("pk"))).values("deal_id")
    return Q(primary_contact_id=OuterRef("pk")) | Q(pk__in=taking_part)


_ACTIVITIES = Relation(
    "activities", gettext_lazy("Activities"), "activity", _among(ActivityLink, "object_id", "activity_id")
)
RELATIONS: Mapping[str, tuple[Relation, ...]] = {
    "company": (
        Relation("deals", gettext_lazy("Deals"), "deal", _by("company_id")),
        Relation(
            "contacts",
            gettext_lazy("Contacts who work there"),
            "contact",
            _among(ContactCompany, "company_id", "contact_id", ended_on=None),
        ),
        Relation("cases", gettext_lazy("Cases"), "case", _by("company_id")),
        Relation("subsidiaries", gettext_lazy("Companies that belong to it"), "company", _by("parent_id")),
        _ACTIVITIES,
    ),
    "contact": (
        Relation("deals", gettext_lazy("Deals that they take part in"), "deal", _of_contact),
        Relation("cases", gettext_lazy("Cases"), "case", _by("contact_id")),
        _ACTIVITIES,
    ),
    "deal": (
        Relation("contacts", gettext_lazy("Contacts"), "contact", _among(DealContact, "deal_id", "contact_id")),
        Relation("cases", gettext_lazy("Cases"), "case", _by("deal_id")),
        _ACTIVITIES,
    ),
    "lead": (_ACTIVITIES,),
    "case": (_ACTIVITIES,),
}
"""What can be rolled up, by the kind of record that has it."""

AGGREGATES: dict[str, type[Aggregate]] = {Measure.SUM: Sum, Measure.AVG: Avg, Measure.MIN: Min, Measure.MAX: Max}
_MEASURED = (Result.NUMBER, Result.MONEY, Result.DATE, Result.DATETIME)


def relation_of(kind: str, name: Any) -> Relation:
    """Raises BadFormula when that kind of record has no such records."""
    found = next((one for one in RELATIONS.get(kind, ()) if one.name == name), None)
    if found is None:
        names = ", ".join(one.name for one in RELATIONS.get(kind, ())) or "—"
        raise BadFormula(_("These records can be rolled up here: %(names)s.") % {"names": names}, field="relation")
    return found


def fields_to_measure(target: str, own: Iterable[CustomField] | None = None) -> list[tuple[str, str, Term]]:
    """What of related records can be added up or compared: name, label, and the value itself."""
    found = [
        (named.name, str(capfirst(named.label)), standard_term(named))
        for named in standard_of(OBJECTS[target].model).values()
        if named.type in _MEASURED
    ]
    known = {name for name, _label, _term in found}
    for field in definitions.of(target) if own is None else own:
        if not field.is_computed and field.kind in set(_MEASURED) and field.api_name not in known:
            found.append((field.api_name, field.label, own_term(field)))
    return found


def term_of(field: CustomField) -> Term:
    """The value of a rollup.

    Raises:
        BadFormula: it does not fit together.
        Missing: what it names is no longer there.
    """
    said = field.rollup
    relation, measure = relation_of(field.object, said.get("relation")), said.get("measure")
    model: Any = OBJECTS[relation.target].model
    records = conditioned(model._default_manager.alive().filter(relation.linked()), relation.target, said)
    if measure == Measure.COUNT:
        return Term(Result.NUMBER, _one_row(records, Count("pk", distinct=True), Result.NUMBER, 0), size=20, depth=4)
    measured = _measured(relation.target, said.get("field"))
    adds_up = measure in (Measure.SUM, Measure.AVG)
    if measure not in AGGREGATES or (adds_up and measured.type not in (Result.NUMBER, Result.MONEY)):
        raise BadFormula(_("Say what is worked out: how many, or the sum or average of numbers."), field="measure")
    return _aggregated(records, measured, measure, closing=relation.target == "deal" and said.get("field") == "amount")


def _measured(target: str, name: Any) -> Term:
    found = next((term for one, _label, term in fields_to_measure(target) if one == name), None)
    if found is not None:
        return found
    if not name:
        raise BadFormula(_("Say of which field."), field="measured")
    raise Missing(str(name))


def _aggregated(records: QuerySet[Any], measured: Term, measure: str, *, closing: bool) -> Term:
    records = records.annotate(rolled=measured.sql)
    currency = error = None
    if measured.type == Result.MONEY:
        records, currency = _in_base(records.annotate(rolled_currency=measured.currency), closing=closing)
        lacking = records.filter(rolled__isnull=False, worth__isnull=True)
        error = failing_when("rate", "{}", Exists(lacking))
    path = "worth" if measured.type == Result.MONEY else "rolled"
    empty = 0 if measure == Measure.SUM else None
    value = _one_row(records, AGGREGATES[measure](path), measured.type, empty)
    return Term(measured.type, value, currency, error, size=20, depth=4)


def _in_base(records: QuerySet[Any], *, closing: bool) -> tuple[QuerySet[Any], Any]:
    """The amounts in the workspace's own currency, by the rate of the day; a closed deal's by that of its closing."""
    base = own_currency()
    known = ExchangeRate.objects.into(base).filter(currency=OuterRef("rolled_currency"), effective_date__lte=today())
    rate: Any = Subquery(known.order_by("-effective_date").values("rate")[:1])
    rate = Coalesce(F("closing_rate"), rate) if closing else rate
    worth = Sql(
        "CASE WHEN {} = {} THEN {} ELSE round({} * {}, 2) END",
        F("rolled_currency"),
        Value(base),
        F("rolled"),
        F("rolled"),
        rate,
        of=Result.MONEY,
    )
    return records.annotate(worth=worth), Sql("{}::text", Value(base), of=Result.TEXT)


def _one_row(records: QuerySet[Any], aggregate: Aggregate, type_: Result, empty: int | None) -> Any:
    """An aggregate over all of the records as one value."""
    rows = records.order_by().annotate(whole=Value(1)).values("whole").annotate(total=aggregate).values("total")
    found: Any = Subquery(rows, output_field=OUTPUTS[type_])
    if type_ == Result.NUMBER:
        found = Sql("({})::numeric", found)
    return found if empty is None else Coalesce(found, Sql("0::numeric"), output_field=NUMBER)


def words_of(field: CustomField) -> str:
    """What a rollup works out, in a few words; nothing for other fields."""
    relation = next((one for one in RELATIONS.get(field.object, ()) if one.name == field.rollup.get("relation")), None)
    if relation is None:
        return ""
    said = {"records": relation.label, "measure": Measure(field.rollup["measure"]).label}
    measured = fields_to_measure(relation.target)
    of = next((label for name, label, _term in measured if name == field.rollup.get("field")), "")
    return (
        _("%(records)s: %(measure)s, %(field)s") % {**said, "field": of} if of else _("%(records)s: %(measure)s") % said
    )


def group_said(said: Mapping[str, Any]) -> Group:
    """The condition of a rollup. Raises BadCondition when it cannot be read."""
    return group_of(said.get("where") or {})


def conditioned(records: QuerySet[Any], target: str, said: Mapping[str, Any]) -> QuerySet[Any]:
    """Those of the records that the condition of a rollup takes in.

    Raises:
        Missing: a field of the condition is gone.
        BadFormula: it asks for “me” or “my team”, who are somebody else for everybody.
        BadCondition: it does not fit together.
    """
    group = group_said(said)
    if not group.parts:
        return records
    spec = house_list(target)
    for one in group.conditions():
        known = spec.field(one.field)
        if known is not None and known.type is Type.MEMBER and {ME, MY_TEAM} & set(one.values):
            raise BadFormula(_("A rollup is the same for everybody: choose people by name, not “me”."), field="where")
    reading = Reading(spec, Asker(house(), clock.now(), lambda _member: ()))
    found = reading.applied(group, records)
    if reading.missing:
        raise Missing(*(_called(name) for name in reading.missing))
    return found


def house_list(target: str) -> ListSpec:
    """The fields that conditions of rollups know: all standard ones, and the workspace's own that somebody types."""
    from triptych.core_crm.custom_fields import listing

    spec = list_of(target)
    own = [one for field in definitions.of(target) if not field.is_computed for one in listing.parts_of(field, house())]
    return replace(spec, fields=[*spec.fields, *own])


def house() -> Member:
    """Nobody in particular, who sees everything. New each time: what somebody sees is kept on the object."""
    return Member(name="", role=Member.Role.OWNER)


def _called(name: str) -> str:
    """What a field of a list that is gone was called."""
    key = name.removeprefix("custom_")[:32]
    found = CustomField.objects.filter(pk=key).first() if len(key) == 32 and key.isalnum() else None
    return found.label if found else name
