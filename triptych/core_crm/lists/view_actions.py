"""Writes to saved views. Whoever made a view changes it; everybody who sees one may pin it, begin with it, copy it."""

from __future__ import annotations

from datetime import datetime
from typing import TypedDict, Unpack
from urllib.parse import parse_qsl, urlencode

from django.db import transaction
from django.utils.translation import gettext as _

from triptych.core_crm.lists.models import SavedView
from triptych.core_crm.rights.models import Team
from triptych.platform import events
from triptych.platform.changes import apply_changes, check_fields
from triptych.platform.refusals import Refused
from triptych.tenants.members.models import Member

LONGEST = 8_000
PLACES = ("after", "before", "more", "date", "month", "saved", "csrfmiddlewaretoken")
"""What an address holds besides the view: a page or a day of it, and which view it came from."""


class ViewFields(TypedDict, total=False):
    """What can be set on a saved view; `state` is the parameters of the list's address."""

    name: str
    state: str
    sharing: str
    team: Team | None


@transaction.atomic
def create_view(*, kind: str, by: Member, now: datetime, **fields: Unpack[ViewFields]) -> SavedView:
    """Keep a list as it is seen under a name. Announces `view.saved`.

    Raises:
        Refused: a reader would share it; they keep views for themselves alone.
        Refused: there is no name, or a view for a team names none; it names the field.
    """
    view = SavedView(kind=kind, owner=by, created_at=now, updated_at=now)
    apply_changes(view, _cleaned(fields))
    _check_may_share(view, by)
    check_fields(view, only=["kind", "name", "state", "sharing"])
    _check(view)
    view.save(force_insert=True)
    events.announce("view.saved", view, by=by, at=now, list=kind)
    return view


@transaction.atomic
def update_view(
    *, view: SavedView, by: Member, now: datetime, version: int | None = None, **fields: Unpack[ViewFields]
) -> SavedView:
    """Rename, share or overwrite a view.

    Raises:
        Conflict: somebody changed it since `version`.
        Refused: a value breaks a rule; it names the field.
    """
    view = SavedView.objects.select_for_update().get(pk=view.pk)
    view.expect_version(version)
    changes = apply_changes(view, _cleaned(fields))
    _check_may_share(view, by)
    _check(view)
    if changes:
        view.save_fields(*changes, at=now)
        events.announce("view.saved", view, by=by, at=now, list=view.kind)
    return view


@transaction.atomic
def delete_view(*, view: SavedView, by: Member, now: datetime) -> SavedView:
    """Put a view into the bin, from which `restore_view` takes it. Announces `view.deleted`."""
    view = SavedView.objects.select_for_update().get(pk=view.pk)
    if not view.deleted_at:
        view.deleted_at = now
        view.save_fields("deleted_at", at=now)
        events.announce("view.deleted", view, by=by, at=now, list=view.kind)
    return view


@transaction.atomic
def restore_view(*, view: SavedView, by: Member, now: datetime) -> SavedView:
    """Take a view out of the bin, with its pins. Announces `view.saved`."""
    view = SavedView.objects.select_for_update().get(pk=view.pk)
    if view.deleted_at:
        view.deleted_at = None
        view.save_fields("deleted_at", at=now)
        events.announce("view.saved", view, by=by, at=now, list=view.kind)
    return view


def duplicate_view(*, view: SavedView, by: Member, now: datetime) -> SavedView:
    """Make a private copy of a view that the member sees."""
    name = _("%(name)s (copy)") % {"name": view.name}
    return create_view(kind=view.kind, by=by, now=now, name=name[:80], state=view.state)


@transaction.atomic
def pin_view(*, view: SavedView, by: Member, now: datetime, pinned: bool) -> SavedView:
    """Put a view into the member's own menu, or take it out."""
    view = SavedView.objects.select_for_update().get(pk=view.pk)
    view.pinned_by = [*(pk for pk in view.pinned_by if pk != by.pk), *([by.pk] if pinned else [])]
    view.save(update_fields=["pinned_by"])
    return view


@transaction.atomic
def begin_with_view(*, view: SavedView, by: Member, now: datetime, default: bool) -> SavedView:
    """Let the list greet the member with this view instead of any other, or with none."""
    for other in SavedView.objects.select_for_update().filter(kind=view.kind, default_for__contains=[by.pk]):
        other.default_for = [pk for pk in other.default_for if pk != by.pk]
        other.save(update_fields=["default_for"])
    view = SavedView.objects.select_for_update().get(pk=view.pk)
    if default:
        view.default_for = [*view.default_for, by.pk]
        view.save(update_fields=["default_for"])
    return view


def state_of(text: str) -> str:
    """The parameters of an address that make the view: not the page of it, nor what it was before."""
    pairs = [(name, value) for name, value in parse_qsl(text.removeprefix("?")) if name not in PLACES]
    return urlencode(pairs)


def _cleaned(fields: ViewFields) -> ViewFields:
    cleaned: ViewFields = {**fields}
    if "name" in fields:
        cleaned["name"] = fields["name"].strip()
    if "state" in fields:
        cleaned["state"] = state_of(fields["state"])
        if len(cleaned["state"]) > LONGEST:
            raise Refused(_("This view holds too much to be saved. Take some conditions off."), field="state")
    if fields.get("sharing", SavedView.Sharing.TEAM) != SavedView.Sharing.TEAM:
        cleaned["team"] = None
    return cleaned


def _check_may_share(view: SavedView, by: Member) -> None:
    if view.sharing != SavedView.Sharing.PRIVATE and not by.may_write:
        raise Refused(_("You may only read, so a view of yours is for you alone."), field="sharing")


def _check(view: SavedView) -> None:
    if not view.name:
        raise Refused(_("Give the view a name, for example “My customers”."), field="name")
    if view.sharing == SavedView.Sharing.TEAM and view.team_id is None:
        raise Refused(_("Choose the team that shall see the view."), field="team")
