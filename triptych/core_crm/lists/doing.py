"""One act on one record: to change or delete it, or a verb of its noun, and back again.

It goes by the form and the action of the record's own page, so every rule and right of theirs holds.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _

from triptych.core_crm.lists.changing import Editing, cleaned
from triptych.core_crm.lists.fields import Editor
from triptych.core_crm.lists.models import PastChange
from triptych.core_crm.rights.access import field_rights
from triptych.platform.refusals import MayOnlyRead, Refused
from triptych.tenants.members.access import still_here
from triptych.tenants.members.models import Member

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from triptych.core_crm.lists.spec import ListSpec

CHANGE, DELETE = "change", "delete"
MOVE = "move"
"""To change one record, as a card of a board that is put into another column."""


@dataclass(frozen=True)
class Verb:
    """Something to do with many records besides changing and deleting them: `run(record, by=…, now=…)` for each.

    `undo` takes it back for one record.
    """

    name: str
    label: StrOrPromise
    icon: str
    run: Callable[..., Any]
    undo: Callable[..., Any]


class Doer:
    """Does one kind of act to the records of a list, for somebody."""

    def __init__(self, spec: ListSpec, name: str, given: dict[str, Any], *, by: Member, now: datetime) -> None:
        self._whole_spec, self.spec = spec, spec.for_member(by)
        self.name = name
        self.given = given
        self.who: dict[str, Any] = {"by": by, "now": now}
        self.by, self.now = by, now
        barred = field_rights(by, spec.model)
        self.editors = {name: editor for name, editor in editors_of(self.spec).items() if name not in barred}
        self.verb = next((verb for verb in spec.verbs if verb.name == name), None)

    def renewed(self) -> Doer:
        """The same act with the rights that whoever does it has by now.

        Raises:
            Gone: they have left since.
        """
        return Doer(self._whole_spec, self.name, self.given, by=still_here(self.by.pk), now=self.now)

    @property
    def editing(self) -> Editing:
        if self.spec.editing is None:
            raise Refused(_("Records of this kind cannot be changed here."))
        return self.spec.editing

    def check(self) -> None:
        """Make sure that the act exists, and that the values would fit any record.

        Raises:
            Forbidden: the member may only read.
            Refused: they do not fit, or there is no such act or field.
        """
        if not self.by.may_write:
            raise MayOnlyRead()
        if self.name not in (CHANGE, MOVE, DELETE) and self.verb is None:
            raise Refused(_("There is no such act."))
        if self.name in (CHANGE, MOVE) and not self.given:
            raise Refused(_("Choose a field to change."), field="changes")
        said_along = {one for name in self.given if (editor := self.editors.get(name)) for one in editor.also}
        for name, value in self.given.items():
            if name in said_along - self.editors.keys():
                continue
            if name not in self.editors:
                raise Refused(_("“%(field)s” cannot be changed in many records at once.") % {"field": name}, field=name)
            cleaned(self.editing.form_field(name, self.editors[name], self.by), name, value)

    def do(self, pk: UUID) -> dict[str, Any]:
        """The act on one record. Returns what it was before, as far as undo needs it.

        Raises:
            Refused, Forbidden, Http404: a rule or a right is against it.
        """
        record = self.editing.to_change(self.by, pk)
        if self.name in (CHANGE, MOVE):
            return self.editing.change(record, self.given, self.editors, **self.who)
        if self.name == DELETE:
            self.editing.delete(**{self.editing.noun: record}, **self.who)
        elif self.verb is not None:
            self.verb.run(record, **self.who)
        return {}

    def take_back(self, change: PastChange) -> None:
        """Undo what was done to one record.

        Raises:
            Refused, Forbidden, Http404: a rule or a right is against it.
        """
        if self.name == DELETE:
            record = self.editing.to_restore(self.by, change.object_id)
            self.editing.restore(**{self.editing.noun: record}, **self.who)
            return
        record = self.editing.to_change(self.by, change.object_id)
        if self.name in (CHANGE, MOVE):
            self.editing.put_back(record, change.before, self.editors, **self.who)
        elif self.verb is not None:
            self.verb.undo(record, **self.who)


class Skipped(Exception):
    """A record is left alone."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def tried(attempt: Callable[[], Any]) -> Any:
    """Try one record, all or nothing.

    Raises:
        Skipped: a right or a rule is against it.
    """
    try:
        with transaction.atomic():
            return attempt()
    except Refused as refused:
        raise Skipped(refused.message) from refused
    except Http404:
        raise Skipped(_("It is no longer there, or not yours to see.")) from None
    except PermissionDenied as denied:
        raise Skipped(str(denied) or _("You may not change it.")) from denied


def editors_of(spec: ListSpec) -> dict[str, Editor | None]:
    """Every field of the list that can be changed in many records, those of others as well."""
    contributed = {field.name: field.editor for field in spec.fields if field.editor}
    return spec.editing.editors(contributed) if spec.editing else dict(contributed)
