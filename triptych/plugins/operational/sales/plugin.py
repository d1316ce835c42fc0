"""The manifest and the hooks of Sales. Each hook is a thin door: the work is done elsewhere in this folder."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.urls import URLPattern, reverse
from django.utils.translation import gettext_lazy as _

from triptych.platform.plugins import Fragment, GraphQLExtension, MenuEntry, Plugin, hookimpl

if TYPE_CHECKING:
    from datetime import datetime

    from triptych.core_crm.archives.tables import ArchivedTable
    from triptych.core_crm.deals.hookspecs import DealRequirement
    from triptych.core_crm.duplicates.hookspecs import MergedValue
    from triptych.core_crm.imports.importer import ExtraColumns, Importer
    from triptych.core_crm.lists.spec import ListSpec
    from triptych.core_crm.rights.levels import Noun
    from triptych.platform.records import Record
    from triptych.tenants.members.models import Member

plugin = Plugin(
    id="sales",
    label=_("Sales"),
    version="0.1.0",
    api=1,
    app="triptych.plugins.operational.sales",
    description=_("Products with price books, and lines on deals, so that an amount says what it is made of."),
)


@hookimpl
def menu_entries() -> list[MenuEntry]:
    """Products and price books."""
    return [
        MenuEntry(_("Products"), reverse("sales:products"), icon="package", position=10),
        MenuEntry(_("Price books"), reverse("sales:price_books"), icon="tags", position=20),
    ]


@hookimpl
def record_nouns() -> list[Noun]:
    """Roles give rights to products. Nobody owns one: all or none."""
    from triptych.core_crm.rights.levels import Noun
    from triptych.plugins.operational.sales.models import Product

    return [Noun(Product, _("Products"), title="name", owner="", fields=("cost",))]


@hookimpl
def urls() -> list[URLPattern]:
    """The pages at /x/sales/."""
    from triptych.plugins.operational.sales.urls import urlpatterns

    return urlpatterns


@hookimpl
def slot(name: str, page: Mapping[str, Any], member: Member) -> list[Fragment]:
    """The lines of a deal, in the middle of its page."""
    if name != "deal_main":
        return []
    from triptych.plugins.operational.sales import access, cards

    if not access.may_see_lines(member):
        return []
    return [Fragment("sales/lines.html", cards.lines_card(page["deal"], member), position=10)]


@hookimpl
def deal_requirements() -> list[DealRequirement]:
    """A stage can ask for lines, and that they come to something."""
    from triptych.plugins.operational.sales import requirements

    return requirements.REQUIREMENTS


@hookimpl
def graphql_extensions() -> list[GraphQLExtension]:
    """Products, price books, `Deal.lines` and the mutations on them."""
    from triptych.plugins.operational.sales import schema

    return schema.extensions


@hookimpl
def record_lists() -> list[ListSpec]:
    """Products: many are changed and deleted at once."""
    from triptych.plugins.operational.sales.listing import PRODUCTS

    return [PRODUCTS]


@hookimpl
def sample_data(by: Member, now: datetime) -> None:
    """Products, and lines on some sample deals."""
    from triptych.plugins.operational.sales import samples

    samples.add_samples(by=by, now=now)


@hookimpl
def remove_sample_data() -> None:
    """They go again."""
    from triptych.plugins.operational.sales import samples

    samples.remove_samples()


@hookimpl
def importers() -> list[Importer]:
    """Products can be imported."""
    from triptych.plugins.operational.sales.importing import ProductImporter

    return [ProductImporter()]


@hookimpl
def import_columns(object_name: str) -> list[ExtraColumns]:
    """Imported deals get a line for the product that their row names."""
    if object_name != "deals":
        return []
    from triptych.plugins.operational.sales.importing import line_columns

    return [line_columns()]


@hookimpl
def archived_tables() -> list[ArchivedTable]:
    """Products, price books and lines are in the export of everything."""
    from triptych.core_crm.archives.tables import ArchivedTable
    from triptych.plugins.operational.sales.models import DealLine, PriceBook, PriceBookEntry, Product

    return [ArchivedTable(model) for model in (Product, PriceBook, PriceBookEntry, DealLine)]


@hookimpl
def check_record_merge(winner: Record, loser: Record) -> None:
    """Lines in two currencies make no total."""
    from triptych.plugins.operational.sales import merging

    merging.check_merge(winner, loser)


@hookimpl
def merged_values(winner: Record) -> list[MergedValue]:
    """The amount of a deal is the total of the lines that it has now."""
    from triptych.plugins.operational.sales import merging

    return merging.merged_values(winner)
