"""What lists contribute to the generic hooks."""

from datetime import datetime

from triptych.core_crm.lists.access import views_of
from triptych.platform.plugins import MenuEntry, hookimpl
from triptych.tenants.members.models import Member
from triptych.tenants.models import Tenant


@hookimpl
def menu_entries(member: Member | None) -> list[MenuEntry]:
    """The views that the member has pinned; none for somebody who is not signed in."""
    if member is None:
        return []
    pinned = [view for view in views_of(member) if member.pk in view.pinned_by]
    return [MenuEntry(view.name, view.get_absolute_url(), icon="pin") for view in pinned]


@hookimpl
def tend_tables(tenant: Tenant, now: datetime) -> list[str]:
    """Indexes of the orders of lists that have grown large."""
    from triptych.core_crm.lists import indexing  # the models of nouns stand behind it

    return indexing.tend()
