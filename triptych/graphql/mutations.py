"""Mutations: one input in, the records and the problems out. A problem means that nothing was changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import fields as dataclass_fields
from datetime import datetime
from enum import Enum
from functools import wraps
from typing import Any, Self, TypedDict, get_type_hints
from uuid import UUID

import strawberry
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import CharField, JSONField, Model, TextField
from django.http import Http404
from django.utils.translation import gettext as _
from strawberry import UNSET, relay
from strawberry.types.base import has_object_definition
from strawberry.utils.str_converters import to_camel_case

from triptych.graphql import own
from triptych.graphql.context import ApiInfo
from triptych.graphql.errors import FORBIDDEN, NOT_FOUND
from triptych.graphql.ids import chosen, key_in
from triptych.graphql.listings import Listing, listing_for
from triptych.graphql.optimizing import optimized
from triptych.platform.changes import ManyInOne
from triptych.platform.refusals import MayOnlyRead, Refused, twins_refused
from triptych.tenants.members.models import Member


@strawberry.type(description="Why a change was not made. Nothing was changed.")
class Problem:
    code: str = strawberry.field(
        description="For programs: REFUSED, CONFLICT, FORBIDDEN, NOT_FOUND or a rule's own, such as REASON_NEEDED."
    )
    field: str | None = strawberry.field(description="The field of the input that caused it, if one did.")
    message: str = strawberry.field(description="For people: what happened and what to do next.")


@strawberry.type
class Answer:
    """What a mutation answers with. Subclasses name the records that it holds, each a field made by `answered`."""

    problems: list[Problem] = strawberry.field(description="Empty when the change was made.")
    records: strawberry.Private[dict[str, Any]]

    @classmethod
    def of(cls, **records: Any) -> Self:
        """The answer to a change that was made."""
        return cls(problems=[], records=records)

    @classmethod
    def refused(cls, *problems: Problem) -> Self:
        """The answer to a change that was not made."""
        return cls(problems=list(problems), records={})


def answered(key: str, listing: Listing) -> Any:
    """A field of an answer: the record called `key`, null when there is a problem.

    It is read again, in one statement for all that the client asks of it.
    """

    def resolve(root: Any, info: ApiInfo) -> Any:
        record = root.records.get(key)
        if record is None:
            return None
        seen = listing.visible_to(info.context.member).filter(pk=record.pk)
        return optimized(seen, info).first() or record  # what was just deleted is seen no more

    resolve.__annotations__ = {"info": ApiInfo, "return": listing.node | None}
    return strawberry.field(resolver=resolve, description="Null when there is a problem.")


@strawberry.input
class IdInput:
    """Says which record, and nothing else."""

    id: relay.GlobalID


class Acting(TypedDict):
    """What every action wants to know."""

    by: Member
    now: datetime


def acting(info: ApiInfo) -> Acting:
    """Who acts, and when."""
    return {"by": info.context.member, "now": info.context.now}


def mutation(resolver: Callable[..., Any], *, of_oneself: bool = False) -> Any:
    """Make a method a mutation: readers and tokens without the scope are told so, and all or nothing is written.

    The method raises `Refused` (or what `access` raises) to say no; its docstring becomes the description. One
    `of_oneself` changes what is the caller's own, such as their name, which readers do as well.
    """

    @wraps(resolver)
    def resolve(self: Any, info: ApiInfo, **arguments: Any) -> Any:
        kind = get_type_hints(resolver)["return"]
        caller = info.context.caller
        if not (caller.may_write_own if of_oneself else caller.may_write):
            return kind.refused(_no_right(of_token=of_oneself or caller.member.may_write))
        problems: list[Problem] = []
        with _problems_noted(problems), transaction.atomic():
            done = resolver(self, info, **arguments)
        return kind.refused(*problems) if problems else done

    description = (resolver.__doc__ or "").strip() or None
    return strawberry.mutation(resolver=resolve, description=description)


def own_mutation(resolver: Callable[..., Any]) -> Any:
    """A mutation of what is the caller's own, whatever their role."""
    return mutation(resolver, of_oneself=True)


def _no_right(*, of_token: bool = False) -> Problem:
    message = _("This token has no scope “write”. Make one that has.") if of_token else MayOnlyRead().message
    return Problem(code=FORBIDDEN, field=None, message=message)


@contextmanager
def _problems_noted(problems: list[Problem]) -> Iterator[None]:
    try:
        with twins_refused():
            yield
    except Refused as refused:
        field = to_camel_case(refused.field) if refused.field else None
        problems.append(Problem(code=refused.code, field=field, message=refused.message))
    except Http404:
        message = _("There is no such record, or it is not yours to see.")
        problems.append(Problem(code=NOT_FOUND, field="id", message=message))
    except PermissionDenied:
        problems.append(_no_right())
    except ValidationError as error:
        named = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
        problems += [
            Problem(code="INVALID", field=to_camel_case(field) or None, message=message)
            for field, messages in named.items()
            for message in messages
        ]


def fields_of(info: ApiInfo, input: Any, model: type[Model]) -> dict[str, Any]:
    """The fields of an input that the client sent, as an action takes them: by their Python names, enums as values,
    ids as records that the caller sees, and null for a text or a list as an empty one.

    Raises:
        Refused: an id is not of the kind that the field refers to, or the caller sees no such record.
    """
    names = {field.name: field for field in model._meta.get_fields()}
    for name in sorted(info.context.fixed_of(model) & sent(input).keys()):
        raise Refused(_("Your role does not change this field. Leave it out."), field=name, code=FORBIDDEN)
    fields = {name: _as_model_wants(info, name, value, names.get(name)) for name, value in sent(input).items()}
    if isinstance(names.get("custom"), ManyInOne) and ("custom" in fields or not hasattr(input, "id")):
        # a new record is asked for what each must have, even where the client sends nothing of it
        fields["custom"] = own.taken(info.context.member, model, fields.get("custom") or {})
    return fields


def sent(input: Any) -> dict[str, Any]:
    """The fields of an input that the client sent, without `id` and `version`."""
    values = {item.name: getattr(input, item.name) for item in dataclass_fields(input)}
    return {
        name: _plain(value) for name, value in values.items() if value is not UNSET and name not in ("id", "version")
    }


def _as_model_wants(info: ApiInfo, name: str, value: Any, field: Any) -> Any:
    if isinstance(value, relay.GlobalID) and field is not None and field.is_relation:
        return record_chosen(info, value, listing_for(field.related_model), field=name)
    if value is None and isinstance(field, CharField | TextField | JSONField) and not field.null:
        return field.get_default() if isinstance(field, JSONField) else ""
    return value


def record_chosen(info: ApiInfo, given: relay.GlobalID, listing: Listing, *, field: str) -> Any:
    """The record that an input names.

    Raises:
        Refused: the caller sees no such record there.
    """
    key = chosen(given, of=listing.name, field=field)
    record = listing.visible_to(info.context.member).filter(pk=key).first()
    if record is None:
        raise Refused(_("There is no such record, or it is not yours to see."), field=field, code=NOT_FOUND)
    return record


def key_of(given: relay.GlobalID, listing: Listing) -> UUID:
    """The key of the record that a mutation is about.

    Raises:
        Http404: it is the id of something else.
    """
    key = key_in(given, of=listing.name)
    if key is None:
        raise Http404
    return key


def version_of(input: Any) -> int | None:
    """The version that the client saw, if it says."""
    version: int | None = input.version
    return None if version is UNSET else version


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if has_object_definition(type(value)):
        return {item.name: _plain(getattr(value, item.name)) for item in dataclass_fields(value)}
    return value.value if isinstance(value, Enum) else value
