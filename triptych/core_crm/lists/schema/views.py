"""Saved views in the API."""

from __future__ import annotations

from typing import Any

import strawberry
import strawberry_django
from django.http import QueryDict
from django.utils.translation import gettext as _
from strawberry import UNSET, relay
from strawberry.scalars import JSON

from triptych.core_crm.lists import access, models, view_actions
from triptych.core_crm.lists.conditions import BadCondition
from triptych.core_crm.lists.listing import AskedAs, Listing
from triptych.core_crm.lists.nouns import list_of, plural_of
from triptych.core_crm.lists.spec import ListSpec
from triptych.core_crm.lists.where import group_of, parsed
from triptych.core_crm.rights.models import Team
from triptych.core_crm.rights.sight import sight_of
from triptych.graphql import listings
from triptych.graphql.context import ApiInfo
from triptych.graphql.filters import IdFilter, TextFilter, Where, choice_filter, filter_input
from triptych.graphql.ids import chosen
from triptych.graphql.mutations import Answer, IdInput, acting, answered, key_of, own_mutation, version_of
from triptych.graphql.orderings import By, ordering_input
from triptych.graphql.records import Record
from triptych.graphql.schema import Member
from triptych.platform.keyset import BadCursor, page_of
from triptych.platform.refusals import Refused

strawberry.enum(models.SavedView.Sharing, name="ViewSharing")
MOST = 200


@strawberry.type(description="Some records of a saved view, in its order.")
class ViewRecords:
    nodes: list[Record]
    has_next_page: bool
    end_cursor: str | None


@strawberry_django.type(models.SavedView, name="SavedView", description="A list as somebody wants to see it again.")
class SavedView(Record):
    name: str
    sharing: models.SavedView.Sharing
    owner: Member
    state: str = strawberry_django.field(description="The parameters of the list's address.")

    @strawberry_django.field(only=["kind"], description="Of which records: contacts, deals.")
    def object(self) -> str:
        return plural_of(self.kind)  # type: ignore[attr-defined]

    @strawberry_django.field(only=["state"], description="Its nested conditions: see docs/lists.md.")
    def filter(self) -> JSON:
        return parsed(QueryDict(self.state).get("where", "")).as_json  # type: ignore[return-value]

    @strawberry_django.field(only=["kind", "state"], description="How it is seen: `table`, `board` or `calendar`.")
    def layout(self) -> str:
        return list_of(self.kind).way_of(QueryDict(self.state))  # type: ignore[attr-defined]

    @strawberry_django.field(
        only=["kind", "state"], description="The field of the columns of its board, or of the days of its calendar."
    )
    def by(self) -> str | None:
        spec, params = list_of(self.kind), QueryDict(self.state)  # type: ignore[attr-defined]
        usual = {"board": spec.board, "calendar": spec.day}.get(spec.way_of(params), "")
        return params.get("by") or usual or None

    @strawberry_django.field(only=["kind", "state"], description="Fields that it names and that are gone.")
    def missing(self, info: ApiInfo) -> list[str]:
        return _listing(self, info).missing

    @strawberry_django.field(only=["pinned_by"], description="Whether it stands in the caller's menu.")
    def is_pinned(self, info: ApiInfo) -> bool:
        return info.context.member.pk in self.pinned_by  # type: ignore[attr-defined]

    @strawberry_django.field(only=["default_for"], description="Whether the list greets the caller with it.")
    def is_default(self, info: ApiInfo) -> bool:
        return info.context.member.pk in self.default_for  # type: ignore[attr-defined]

    @strawberry_django.field(only=["kind", "state"], description="The records that fit it, at most 200 at once.")
    def records(self, info: ApiInfo, first: int = 50, after: str | None = None) -> ViewRecords:
        listing = _listing(self, info)
        order = listing.spec.order_of(listing.sort)
        rows = listing.spec.annotated(listing.matching, *order)
        try:
            page = page_of(rows, order=order, size=max(1, min(first, MOST)), after=after)
        except BadCursor:
            page = page_of(rows, order=order, size=max(1, min(first, MOST)))
        return ViewRecords(nodes=page.rows, has_next_page=page.has_next, end_cursor=page.end_cursor or None)


def _listing(view: Any, info: ApiInfo) -> Listing:
    spec, member = list_of(view.kind), info.context.member
    asked = AskedAs(member, QueryDict(view.state))
    tab, records = spec.tab_of(asked.GET), spec.records(member)
    records = spec.of_tab(tab, records, member, info.context.now) if spec.of_tab else records
    return Listing(spec, records, asked, home=spec.home)


view_list = listings.Listing(
    node=SavedView,
    model=models.SavedView,
    visible_to=access.views_visible_to,
    filter=filter_input(
        "SavedViewFilter",
        models.SavedView,
        {
            "id": Where(IdFilter, "pk", of="SavedView"),
            "kind": Where(TextFilter, "kind"),
            "name": Where(TextFilter, "name"),
            "owner": Where(IdFilter, "owner", of="Member"),
            "sharing": Where(choice_filter(models.SavedView.Sharing), "sharing"),
        },
    ),
    order=ordering_input("SavedViewOrder", {"NAME": By("name"), "CREATED_AT": By("created_at")}),
    default_order=(By("name"),),
)


@strawberry.type
class Queries:
    saved_view = view_list.singular("A saved view by id.")
    saved_views = view_list.plural("Saved views that the caller sees, by name.")


@strawberry.input
class SavedViewFields:
    name: str | None = UNSET
    sharing: models.SavedView.Sharing | None = UNSET
    team: strawberry.ID | None = strawberry.field(default=UNSET, description="The team that sees a view shared so.")
    filter: JSON | None = strawberry.field(default=UNSET, description="Nested conditions: see docs/lists.md.")
    columns: list[str] | None = UNSET
    sort: str | None = strawberry.field(default=UNSET, description="A column, with - in front for falling order.")
    group: str | None = strawberry.field(default=UNSET, description="The field to group by.")
    layout: str | None = strawberry.field(
        default=UNSET, description="`table`, or `board` or `calendar` where the list has it."
    )
    by: str | None = strawberry.field(
        default=UNSET, description="The field of the columns of a board, or of the days of a calendar."
    )
    search: str | None = UNSET


@strawberry.input
class CreateSavedViewInput(SavedViewFields):
    object: str = strawberry.field(description="contacts, companies, leads, deals, cases, activities…")


@strawberry.input(description="Only the given parts change.")
class UpdateSavedViewInput(SavedViewFields):
    id: relay.GlobalID
    version: int | None = UNSET
    pinned: bool | None = strawberry.field(default=UNSET, description="Whether it stands in the caller's menu.")
    default: bool | None = strawberry.field(default=UNSET, description="Whether the list greets the caller with it.")


@strawberry.input
class DeleteSavedViewInput(IdInput):
    pass


@strawberry.input
class RestoreSavedViewInput(IdInput):
    pass


@strawberry.type
class SavedViewPayload(Answer):
    saved_view = answered("saved_view", view_list)


@strawberry.type
class Mutations:
    @own_mutation
    def create_saved_view(self, info: ApiInfo, input: CreateSavedViewInput) -> SavedViewPayload:
        """Keep a view of a list under a name."""
        spec = list_of(input.object)
        fields = {"name": "", **_fields(info, input, "", spec)}
        view = view_actions.create_view(kind=spec.kind, **acting(info), **fields)
        return SavedViewPayload.of(saved_view=view)

    @own_mutation
    def update_saved_view(self, info: ApiInfo, input: UpdateSavedViewInput) -> SavedViewPayload:
        """Rename, share or change a view; whoever sees it may pin it and begin with it."""
        key, who = key_of(input.id, view_list), acting(info)
        view = access.view_to_see(info.context.member, key)
        fields = _fields(info, input, view.state, list_of(view.kind))
        if fields:
            view = access.view_to_change(info.context.member, key)
            view = view_actions.update_view(view=view, version=version_of(input), **who, **fields)
        if isinstance(input.pinned, bool):
            view = view_actions.pin_view(view=view, pinned=input.pinned, **who)
        if isinstance(input.default, bool):
            view = view_actions.begin_with_view(view=view, default=input.default, **who)
        return SavedViewPayload.of(saved_view=view)

    @own_mutation
    def delete_saved_view(self, info: ApiInfo, input: DeleteSavedViewInput) -> SavedViewPayload:
        """Put a view into the bin."""
        view = access.view_to_change(info.context.member, key_of(input.id, view_list))
        return SavedViewPayload.of(saved_view=view_actions.delete_view(view=view, **acting(info)))

    @own_mutation
    def restore_saved_view(self, info: ApiInfo, input: RestoreSavedViewInput) -> SavedViewPayload:
        """Take a view of one's own out of the bin."""
        view = access.view_to_change(info.context.member, key_of(input.id, view_list), deleted=True)
        return SavedViewPayload.of(saved_view=view_actions.restore_view(view=view, **acting(info)))


def _fields(info: ApiInfo, input: SavedViewFields, state: str, spec: ListSpec) -> dict[str, Any]:
    """What is to be set on the view: its name, who sees it, and its state with the given parts in it."""
    fields: dict[str, Any] = {}
    if input.name is not UNSET:
        fields["name"] = input.name or ""
    if input.sharing is not UNSET and input.sharing is not None:
        fields["sharing"] = input.sharing.value
    if input.team is not UNSET:
        fields["team"] = _team(info, input.team)
    params = QueryDict(state).copy()
    parts = {
        "where": _conditions(input.filter),
        "columns": input.columns if not input.columns else ",".join(input.columns),
        "sort": input.sort,
        "group": input.group,
        **_layout(input.layout, spec),
        "by": input.by,
        "q": input.search,
    }
    given = {name: value for name, value in parts.items() if value is not UNSET}
    for name, value in given.items():
        params[name] = value or ""
    if given:
        fields["state"] = params.urlencode()
    return fields


def _layout(given: Any, spec: ListSpec) -> dict[str, Any]:
    if given is UNSET:
        return {}
    if given and given not in spec.ways:
        message = _("This list is seen as: %(ways)s.") % {"ways": ", ".join(spec.ways)}
        raise Refused(message, field="layout", code="UNKNOWN_LAYOUT")
    return {spec.way_param: given}


def _conditions(given: Any) -> Any:
    if given is UNSET or not given:
        return given
    try:
        return group_of(given).as_text
    except BadCondition as bad:
        raise Refused(bad.message, field="filter", code=bad.code) from bad


def _team(info: ApiInfo, given: Any) -> Team | None:
    if not given:
        return None
    key = _key(given)
    member = info.context.member
    teams = Team.objects.all() if member.may_administer else Team.objects.filter(pk__in=sight_of(member).reach.teams)
    found = teams.filter(pk=key).first() if key else None
    if found is None:
        raise Refused(_("There is no such team, or you are not in it."), field="team")
    return found


def _key(given: str) -> Any:
    try:
        return chosen(relay.GlobalID.from_id(given), of="Team", field="team")
    except relay.GlobalIDValueError:
        return None
