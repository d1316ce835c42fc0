"""What stands in the middle of a record's page: a composer, filters, and a page of the timeline."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from triptych.core_crm.activities.forms import COMPOSED, ComposerForm
from triptych.core_crm.activities.timeline import Timeline, timeline
from triptych.platform.records import Record
from triptych.platform.web.composer import ComposerTab
from triptych.platform.web.tables import Tab
from triptych.tenants.members.models import Member


@dataclass(frozen=True)
class Panel:
    """As `activities/timeline.html` shows it."""

    url: str
    page: Timeline
    shown: str
    tabs: list[ComposerTab]
    open: str = ""
    log_call_url: str = ""
    changes_url: str = ""

    @property
    def filters(self) -> list[Tab]:
        labels: Mapping[str, Any] = self.page.kinds
        everything = Tab(_("All"), self.url, is_current=not self.shown)
        return [
            everything,
            *(Tab(label, f"{self.url}?show={kind}", is_current=kind == self.shown) for kind, label in labels.items()),
        ]

    @property
    def here_url(self) -> str:
        """Where the entries that are shown now are read anew."""
        return f"{self.url}?{urlencode({'show': self.shown})}" if self.shown else self.url

    @property
    def more_url(self) -> str:
        if not self.page.next_cursor:
            return ""
        return f"{self.url}?{urlencode({'show': self.shown, 'after': self.page.next_cursor})}"


def panel_of(
    record: Record, member: Member, *, shown: str = "", after: str | None = None, wrong: ComposerForm | None = None
) -> Panel:
    """The panel of a record, as `member` may see it; `wrong` is a form that came back with errors.

    Raises:
        Refused: `after` is no place in the timeline.
    """
    address = (record._meta.model_name, record.pk)
    page = timeline(record, member, kinds=[shown] if shown else None, after=after)
    tabs = [
        ComposerTab(
            id=form_class.verb,
            label=form_class.label,
            icon=form_class.icon,
            url=reverse("activities:compose", args=[*address, form_class.verb]),
            form=wrong if isinstance(wrong, form_class) else form_class(prefix=form_class.verb, owner=member),
            button=form_class.button,
        )
        for form_class in COMPOSED
    ]
    return Panel(
        reverse("activities:of_record", args=address),
        page,
        shown,
        tabs if member.may_write else [],
        wrong.verb if wrong else "",
        reverse("calendar:log_call", args=address),
        reverse("audit:of_record", args=address),
    )
