"""The stream of a page: what changed, as far as the member sees it, and that the bell has news."""

from __future__ import annotations

import json
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.views.decorators.http import require_GET

from triptych.core_crm.live.audience import heard_by, listener
from triptych.platform.events import Event
from triptych.platform.live import Message, Pass, StreamAnswer
from triptych.platform.live.addresses import may_read
from triptych.platform.live.streams import moment_id
from triptych.tenants.members.models import Member
from triptych.tenants.routing import TenantRequest


@dataclass(frozen=True)
class PageVoice:
    """What the pages of one member are told."""

    member_id: UUID

    @property
    def key(self) -> Hashable:
        return ("page", self.member_id)

    def say(self, events: Sequence[Event]) -> list[Message]:
        member = listener(self.member_id)
        if member is None:
            return []
        heard = heard_by(member, events)
        by = {change.event.by for change in heard.changes if change.event.by}
        names = dict(Member.objects.filter(pk__in=by).values_list("pk", "name")) if by else {}
        told = []
        for change in heard.changes:
            event = change.event
            facts = {
                "kind": change.kind,
                "id": str(change.id),
                "version": change.version,
                "name": event.name,
                "at": moment_id(event.at),
                "by": names.get(event.by, "") if event.by else "",
                "mine": event.by == member.pk,
            }
            told.append(Message("changed", json.dumps(facts)))
        told += [Message("changed", json.dumps({"kind": kind})) for kind in sorted(heard.stirred)]
        return [*told, *([Message("notified")] if heard.is_notified else [])]

    def missed(self) -> Message:
        return Message("resync")


@require_GET
def page(request: TenantRequest) -> HttpResponse:
    """Open a stream; `?since=` is the moment up to which the page knows everything, in milliseconds.

    Outside of the process of streams there is none: 204 tells a browser so for good.
    """
    origin = request.headers.get("Origin", "")
    if origin and not may_read(request, origin):
        raise PermissionDenied
    good = Pass(request.member.pk, session_key=request.session.session_key or "")
    answer = StreamAnswer(request, good=good, voice=PageVoice(request.member.pk), since=_since(request), status=204)
    if origin:
        answer["Access-Control-Allow-Origin"] = origin
        answer["Access-Control-Allow-Credentials"] = "true"
        answer["Vary"] = "Origin"
    return answer


def _since(request: TenantRequest) -> datetime | None:
    """The later of what the browser says it heard last and what the page says."""
    said = (request.headers.get("Last-Event-ID", ""), request.GET.get("since", ""))
    known = [int(text) for text in said if text.isascii() and text.isdecimal() and len(text) <= 13]
    return datetime.fromtimestamp(max(known) / 1000, UTC) if known else None
