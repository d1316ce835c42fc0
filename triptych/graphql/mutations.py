"""Mutations: one input in, the records and the problems out. A problem means that nothing was changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import fields as dataclass_fields
from functools import wraps
from typing import Any, ClassVar, TypeVar, get_type_hints

import strawberry
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _
from strawberry import UNSET
from strawberry.utils.str_converters import to_camel_case
from strawberry_django import optimizer

from triptych.graphql.context import ApiInfo
from triptych.graphql.errors import FORBIDDEN, NOT_FOUND
from triptych.graphql.listings import Listing
from triptych.platform.refusals import Refused

Resolver = TypeVar("Resolver", bound=Callable[..., Any])


@strawberry.type(description="Why a change was not made. Nothing was changed.")
class Problem:
    code: str = strawberry.field(
        description="For programs: REFUSED, CONFLICT, FORBIDDEN, NOT_FOUND or a rule's own, such as REASON_NEEDED."
    )
    field: str | None = strawberry.field(description="The field of the input that caused it, if one did.")
    message: str = strawberry.field(description="For people: what happened and what to do next.")


@strawberry.type
class Answer:
    """What a mutation answers with. Subclasses made by `answer` add one nullable field per record."""

    problems: list[Problem] = strawberry.field(description="Empty when the change was made.")
    records: strawberry.Private[dict[str, Any]]
    listings: ClassVar[dict[str, Listing]] = {}

    @classmethod
    def of(cls, **records: Any) -> Any:
        """The answer to a change that was made."""
        return cls(problems=[], records=records)

    @classmethod
    def refused(cls, *problems: Problem) -> Any:
        """The answer to a change that was not made."""
        return cls(problems=list(problems), records={})


def answer(name: str, **listings: Listing) -> Any:
    """The type `name` with `problems` and, for each listing, the record of that name: null when there is a problem.

    A record is read again in one statement for all that the client asks of it.
    """
    body: dict[str, Any] = {"listings": listings, "__annotations__": {}}
    for key, listing in listings.items():
        body[key] = strawberry.field(resolver=_reading(key, listing), name=to_camel_case(key))
    return strawberry.type(type(name, (Answer,), body), name=name)


def _reading(key: str, listing: Listing) -> Callable[..., Any]:
    def resolve(root: Any, info: ApiInfo) -> Any:
        record = root.records.get(key)
        if record is None:
            return None
        seen = listing.visible_to(info.context.member).filter(pk=record.pk)
        return optimizer.optimize(seen, info).first() or record  # what was just deleted is seen no more

    resolve.__annotations__ = {"info": ApiInfo, "return": listing.node | None}
    return resolve


def mutation(resolver: Callable[..., Any]) -> Any:
    """Make a method a mutation: readers and tokens without the scope are told so, and all or nothing is written.

    The method raises `Refused` (or what `access` raises) to say no; its docstring becomes the description.
    """

    @wraps(resolver)
    def resolve(self: Any, info: ApiInfo, **arguments: Any) -> Any:
        kind = get_type_hints(resolver)["return"]
        caller = info.context.caller
        if not caller.may_write:
            return kind.refused(_no_right(reader=not caller.member.may_write))
        problems: list[Problem] = []
        with _problems_noted(problems), transaction.atomic():
            done = resolver(self, info, **arguments)
        return kind.refused(*problems) if problems else done

    description = (resolver.__doc__ or "").strip() or None
    return strawberry.mutation(resolver=resolve, description=description)


def _no_right(*, reader: bool) -> Problem:
    if reader:
        message = _("You may read this but not change it. An owner or admin can give you the right.")
    else:
        message = _("This token has no scope “write”. Make one that has.")
    return Problem(code=FORBIDDEN, field=None, message=message)


@contextmanager
def _problems_noted(problems: list[Problem]) -> Iterator[None]:
    try:
        yield
    except Refused as refused:
        field = to_camel_case(refused.field) if refused.field else None
        problems.append(Problem(code=refused.code, field=field, message=refused.message))
    except Http404:
        message = _("There is no such record, or it is not yours to see.")
        problems.append(Problem(code=NOT_FOUND, field="id", message=message))
    except PermissionDenied:
        problems.append(_no_right(reader=True))
    except ValidationError as error:
        named = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
        problems += [
            Problem(code="INVALID", field=to_camel_case(field) or None, message=message)
            for field, messages in named.items()
            for message in messages
        ]


def given(input: Any, *, without: tuple[str, ...] = ("id", "version")) -> dict[str, Any]:
    """The fields of an input that the client sent, by their Python names, enums as their values."""
    sent = {item.name: getattr(input, item.name) for item in dataclass_fields(input) if item.name not in without}
    return {name: _plain(value) for name, value in sent.items() if value is not UNSET}


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if hasattr(type(value), "__strawberry_definition__"):
        return given(value, without=())
    return getattr(value, "value", value) if hasattr(type(value), "__members__") else value
