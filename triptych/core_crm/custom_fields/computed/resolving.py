"""Fields that are worked out, as expressions of the statement that reads the records."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from django.db.models import Expression, Value
from django.utils.translation import gettext as _

from triptych.core_crm.custom_fields import definitions
from triptych.core_crm.custom_fields.computed import formulas, rollups
from triptych.core_crm.custom_fields.computed.references import (
    RELATED,
    own_term,
    related_model,
    standard_of,
    standard_term,
)
from triptych.core_crm.custom_fields.computed.terms import (
    LARGEST,
    OUTPUTS,
    BadFormula,
    Missing,
    Result,
    Sql,
    Term,
    failed,
    failing_when,
    first_of,
)
from triptych.core_crm.custom_fields.models import CustomField, FieldKind
from triptych.core_crm.custom_fields.objects import OBJECTS
from triptych.core_crm.money import own_currency
from triptych.platform.refusals import Refused

VALUE, SHOWN = "value", "shown"


class Cycle(BadFormula):
    """Formulas that use each other in a circle."""

    code = "CYCLE"


class Terms:
    """The fields of one kind of record, each as the part of a formula. `fields` are all of its own."""

    def __init__(self, kind: str, fields: Iterable[CustomField] | None = None) -> None:
        self.kind = kind
        self.fields = {field.api_name: field for field in (definitions.of(kind) if fields is None else fields)}
        self._way: list[CustomField] = []

    def of(self, field: CustomField) -> Term:
        """The value of a field, whatever it is made of.

        Raises:
            BadFormula: it does not fit together.
            Missing: what it names is not there.
            Cycle: it uses itself; the message names the way round.
        """
        if field in self._way:
            way = [*self._way[self._way.index(field) :], field]
            message = _("The formulas use each other in a circle: %(way)s.")
            raise Cycle(message % {"way": " → ".join(one.label for one in way)})
        if field.kind == FieldKind.ROLLUP:
            return rollups.term_of(field)
        if field.kind != FieldKind.FORMULA:
            return own_term(field)
        self._way.append(field)
        try:
            return formulas.read(field.expression, self._look)
        finally:
            self._way.pop()

    def _look(self, relation: str, name: str) -> Term:
        standard = standard_of(OBJECTS[self.kind].model)
        if not relation and name in standard:
            return standard_term(standard[name])
        if relation in ("", "custom"):
            if name not in self.fields:
                raise Missing(name)
            return self.of(self.fields[name])
        return self._of_related(relation, name)

    def _of_related(self, relation: str, name: str) -> Term:
        model = related_model(self.kind, relation)
        if model is None:
            raise Missing(f"{relation}.{name}")
        path, standard = RELATED[self.kind][relation], standard_of(model)
        if name in standard:
            return standard_term(standard[name], path)
        own = next((one for one in definitions.of(str(model._meta.model_name)) if one.api_name == name), None)
        if own is None:
            raise Missing(f"{relation}.{name}")
        if own.is_computed:
            message = _("“%(field)s” is worked out itself. A formula takes only typed fields from other records.")
            raise BadFormula(message % {"field": own.label})
        return own_term(own, path)


def term_here(field: CustomField) -> Term:
    """The value of a field as it is now; one without a value, and the reason, where it is broken."""
    try:
        term = Terms(field.object).of(field)
    except Missing as missing:
        return failed(Result(field.result), f"missing:{missing.names[0]}")
    except Refused:
        return failed(Result(field.result), "broken")
    return term if result_of(term) == field.result else failed(Result(field.result), "broken")


def result_of(term: Term) -> Result:
    """What kind of value a field of that formula has."""
    return term.type or Result.TEXT


def finished(term: Term) -> Term:
    """The value as it is compared and shown: of a size that can be kept, and none where there is an error.

    An amount whose currency nobody has said is one of the workspace's own.
    """
    sql, error, currency = term.sql, term.error, term.currency
    if term.type in (Result.NUMBER, Result.MONEY):
        error = first_of(error, failing_when("too_large", f"abs({{}}) >= {LARGEST}", sql))
        sql = Sql(f"round({{}}, {2 if term.type == Result.MONEY else 6})", sql, of=term.type)
        if term.type == Result.MONEY:
            currency = first_of(currency, Sql("{}::text", Value(own_currency()), of=Result.TEXT))
    elif term.type in (Result.TEXT, Result.NOTHING):
        sql = Sql("nullif(left({}, 1000), '')", sql, of=Result.TEXT)
    if error is not None:
        sql = Sql("CASE WHEN {} IS NULL THEN {} END", error, sql, of=term.type)
    return replace(term, sql=sql, error=error, currency=currency)


_AS_TEXT = {
    Result.DATE: "to_char({}, 'YYYY-MM-DD')",
    Result.DATETIME: "to_char({} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')",
    Result.NUMBER: "trim_scale({})::text",
}


def shown(term: Term) -> Any:
    """Value, currency and reason as one JSON value."""
    nothing = Sql("NULL::text", of=Result.TEXT)
    value = Sql(_AS_TEXT.get(term.type, "({})::text"), term.sql, of=Result.TEXT)
    parts = [value, *(nothing if one is None else one for one in (term.currency, term.error))]
    return Sql("jsonb_build_object('value', {}, 'currency', {}, 'error', {})", *parts, of="json")


class Computed(Expression):
    """The value of a field (`VALUE`), or all that pages show of it (`SHOWN`). Worked out when a query takes it in."""

    def __init__(self, field: CustomField, part: str = VALUE) -> None:
        super().__init__(output_field=OUTPUTS[field.result if part == VALUE else "json"])
        self.of = field
        self.part = part

    def resolve_expression(self, *args: Any, **options: Any) -> Any:
        term = finished(term_here(self.of))
        made = term.sql if self.part == VALUE else shown(term)
        return made.resolve_expression(*args, **options)


def values_of(fields: Sequence[CustomField], ids: Iterable[Any]) -> dict[Any, dict[str, Any]]:
    """What `fields`, all of one kind of record, come to for the records of these ids, in one statement."""
    wanted = list(dict.fromkeys(ids))
    if not fields or not wanted:
        return {}
    model: Any = OBJECTS[fields[0].object].model
    names = {f"c_{field.pk.hex}": field for field in fields}
    rows = model._base_manager.filter(pk__in=wanted).annotate(
        **{name: Computed(field, SHOWN) for name, field in names.items()}
    )
    return {row["pk"]: {field.key: row[name] for name, field in names.items()} for row in rows.values("pk", *names)}
