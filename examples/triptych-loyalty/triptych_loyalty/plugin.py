"""The manifest and the hooks of Loyalty. Each hook is a thin door; what it shows comes from `models`."""

from collections.abc import Mapping
from typing import Any

from django.urls import URLPattern, reverse
from django.utils.translation import gettext_lazy as _

from triptych.platform.plugins import Fragment, GraphQLExtension, MenuEntry, Permission, Plugin, UsageMeter, hookimpl

plugin = Plugin(
    id="loyalty",
    label="Loyalty",
    version="1.0.0",
    api=1,
    app="triptych_loyalty",
    description="Points for contacts: given when a deal is won, adjusted by hand.",
    data_categories=("points per contact",),
)


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
def permissions() -> list[Permission]:
    """Who may change points by hand."""
    return [Permission("loyalty.adjust_points", _("Adjust loyalty points"), roles=("owner", "admin", "member"))]


@hookimpl
def usage_meters() -> list[UsageMeter]:
    """How often points were given."""
    return [UsageMeter("loyalty.points_given", _("Loyalty points given"))]


@hookimpl
def graphql_extensions() -> list[GraphQLExtension]:
    """`Contact.loyalty`, `loyaltyAccounts` and `adjustLoyaltyPoints`."""
    from triptych_loyalty import schema

    return schema.extensions
