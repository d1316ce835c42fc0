"""Who sees which act on many records, and which saved view."""

from __future__ import annotations

from uuid import UUID

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from triptych.core_crm.lists.models import PastAct, PastActQuerySet, SavedView, SavedViewQuerySet
from triptych.core_crm.rights.sight import sight_of
from triptych.platform.refusals import Forbidden
from triptych.tenants.members.models import Member


def acts_visible_to(member: Member) -> PastActQuerySet:
    """The acts that the member did, or everybody's for who administers."""
    acts = PastAct.objects.select_related("by")
    return acts if member.may_administer else acts.filter(by=member)


def act_to_see(member: Member, pk: UUID) -> PastAct:
    """Raises Http404 for an act that is not there for this member."""
    found: PastAct = get_object_or_404(acts_visible_to(member), pk=pk)
    return found


def views_visible_to(member: Member) -> SavedViewQuerySet:
    """The saved views that the member sees: their own, everyone's and those of their teams."""
    teams = sight_of(member).reach.teams
    return SavedView.objects.visible_to(member, teams).select_related("owner")


def views_of(member: Member) -> list[SavedView]:
    """The same, by name, read once for the menu and the tabs of a request."""
    known: list[SavedView] | None = member.__dict__.get("_saved_views")
    if known is None:
        teams = LazyTeams(member)
        found = SavedView.objects.offered_to(member).by_name()
        known = [view for view in found if _is_shown(view, member, teams)]
        member.__dict__["_saved_views"] = known
    return known


def _is_shown(view: SavedView, member: Member, teams: LazyTeams) -> bool:
    """As `visible_to` says: a view of a team that is gone is its owner's alone."""
    return view.owner_id == member.pk or view.sharing == SavedView.Sharing.EVERYONE or view.team_id in teams


class LazyTeams:
    """The teams of a member, asked for only when a view of a team is there."""

    def __init__(self, member: Member) -> None:
        self.member = member

    def __contains__(self, team: object) -> bool:
        return team in sight_of(self.member).reach.teams


def view_to_see(member: Member, pk: UUID) -> SavedView:
    """Raises Http404 for a view that is not there for this member."""
    found: SavedView = get_object_or_404(views_visible_to(member), pk=pk)
    return found


def view_to_change(member: Member, pk: UUID, *, deleted: bool = False) -> SavedView:
    """Raises Http404 for a view that is not there for this member, Forbidden for one that is not theirs.

    Owners and admins change those of others that they see.
    """
    if deleted:
        found: SavedView = get_object_or_404(SavedView.objects.all(), pk=pk, owner=member)
        return found
    view = view_to_see(member, pk)
    if view.owner_id != member.pk and not member.may_administer:
        raise Forbidden(_("Only who made this view can change it, or an owner or admin. Make a copy of your own."))
    return view
