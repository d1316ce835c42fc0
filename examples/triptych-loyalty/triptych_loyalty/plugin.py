"""The manifest and the hooks of Loyalty. Each hook is a thin door; what it shows comes from `models`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from operator import attrgetter
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.models import OuterRef, Subquery
from django.urls import URLPattern, reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from triptych.core_crm.deals.hookspecs import Badge
from triptych.platform.plugins import Fragment, GraphQLExtension, MenuEntry, Permission, Plugin, UsageMeter, hookimpl

if TYPE_CHECKING:
    from triptych.core_crm.deals.models import Deal, Stage
    from triptych.core_crm.lists.fields import Field
    from triptych.core_crm.privacy.people import Person
    from triptych.core_crm.privacy.rows import PersonRows
    from triptych.tenants.members.models import Member

plugin = Plugin(
    id="loyalty",
    label=_("Loyalty"),
    version="1.0.0",
    api=1,
    app="triptych_loyalty",
    description=_("Points for contacts: given when a deal is won, adjusted by hand."),
    data_categories=(_("points per contact"),),
)

POINTS = "loyalty_points"


@hookimpl
def menu_entries() -> list[MenuEntry]:
    """The list of accounts."""
    return [MenuEntry(_("Loyalty points"), reverse("loyalty:accounts"), icon="gift")]


@hookimpl
def urls() -> list[URLPattern]:
    """The pages at /x/loyalty/."""
    from triptych_loyalty.urls import urlpatterns

    return urlpatterns


@hookimpl
def slot(name: str, page: Mapping[str, Any]) -> list[Fragment]:
    """A card with the points beside each contact."""
    if name != "contact_side":
        return []
    from triptych_loyalty.models import Account

    account = Account.objects.filter(contact=page["contact"]).first()
    return [Fragment("loyalty/contact_side.html", {"account": account})]


@hookimpl
def list_fields(kind: str) -> list[Field]:
    """The points of contacts, as a column of their list to sort and filter by."""
    if kind != "contact":
        return []
    from triptych.core_crm.lists.fields import Field, Type
    from triptych.core_crm.lists.spec import Column
    from triptych_loyalty.models import Account

    points = Subquery(Account.objects.filter(contact=OuterRef("pk")).values("points")[:1])
    shown = Column(POINTS, _("Points"), attrgetter(POINTS), order=(POINTS,), css="number", shown=False)
    return [Field(POINTS, _("Points"), Type.NUMBER, points, column=shown)]


@hookimpl
def deal_badges(deals: Sequence[Deal]) -> dict[UUID, list[Badge]]:
    """How many points a won deal has brought, on its card."""
    from triptych_loyalty.models import Entry

    brought = Entry.objects.of_deals([deal.pk for deal in deals])
    return {
        pk: [Badge(ngettext("%d point", "%d points", points) % points, tone="good")]
        for pk, points in brought.items()
        if points
    }


@hookimpl
def check_deal_move(deal: Deal, to: Stage) -> None:
    """A won deal is not reopened once its points are spent."""
    if deal.is_won and not to.is_won:
        from triptych_loyalty.actions import refuse_when_spent

        refuse_when_spent(deal)


@hookimpl
def permissions() -> list[Permission]:
    """Who may change points by hand."""
    return [Permission("loyalty.adjust_points", _("Adjust loyalty points"), roles=("owner", "admin", "member"))]


@hookimpl
def usage_meters() -> list[UsageMeter]:
    """How often points were given."""
    return [UsageMeter("loyalty.points_given", _("Loyalty points given"))]


@hookimpl
def person_data(person: Person) -> list[PersonRows]:
    """The points of a person and where they came from: all of it goes with them."""
    from triptych.core_crm.privacy.rows import PersonRows
    from triptych_loyalty.models import Account, Entry

    accounts = Account.objects.filter(contact__in=person.contact_ids)
    given = Entry.objects.filter(account__contact__in=person.contact_ids)
    return [
        PersonRows("loyalty.entries", _("Loyalty points given"), given, ("points", "reason", "given_at")),
        PersonRows("loyalty.accounts", _("Loyalty points"), accounts, ("points", "created_at")),
    ]


@hookimpl
def sample_data(by: Member, now: datetime) -> None:
    """Some points to look at."""
    from triptych_loyalty.actions import add_samples

    add_samples(by=by, now=now)


@hookimpl
def remove_sample_data() -> None:
    """Those points go again."""
    from triptych_loyalty.actions import remove_samples

    remove_samples()


@hookimpl
def graphql_extensions() -> list[GraphQLExtension]:
    """`Contact.loyalty`, `loyaltyAccounts` and `adjustLoyaltyPoints`."""
    from triptych_loyalty import schema

    return schema.extensions
