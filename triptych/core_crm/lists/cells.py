"""What stands in the cells of lists, and the columns that most lists have."""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from triptych.core_crm.lists.spec import Column
from triptych.platform.web.markup import markup
from triptych.platform.web.templatetags import parts


def link_to(record: Any) -> SafeString:
    """The record's name, which opens it; of one that is not theirs to see, that it is not; struck out in the bin."""
    if getattr(record, "is_veiled", False):
        return markup('<span class="quiet">{}</span>', record)
    if record.deleted_at:
        return markup('<s class="quiet" title="{}">{}</s>', _("In the bin"), record)
    return markup('<a href="{}">{}</a>', record.get_absolute_url(), record)


def owner_of(record: Any) -> SafeString:
    """The owner with initials, or a dash."""
    return parts.person(record.owner.name if record.owner else "")


def owner_name(record: Any) -> str:
    """The owner's name, for exports."""
    return record.owner.name if record.owner else ""


def when_of(attribute: str) -> Callable[[Any], SafeString]:
    """A moment or day of the record as people say it."""
    return lambda record: parts.when(getattr(record, attribute))


def link_of(related: str) -> Callable[[Any], SafeString | str]:
    """A related record's name, which opens that one; nothing without one."""

    def link(record: Any) -> SafeString | str:
        other = getattr(record, related)
        return link_to(other) if other else ""

    return link


def name_of(related: str) -> Callable[[Any], str]:
    """A related record's name, for exports."""
    return lambda record: str(getattr(record, related) or "")


def owner_column(*, css: str = "") -> Column:
    """Whose the records are."""
    return Column("owner", _("Owner"), text=owner_name, cell=owner_of, css=css)


def moment_column(attribute: str, label: Any, *, shown: bool = True) -> Column:
    """A moment; `created_at` makes a column called `created`."""
    name = attribute.removesuffix("_at")
    return Column(name, label, attrgetter(attribute), when_of(attribute), order=(attribute,), shown=shown)
