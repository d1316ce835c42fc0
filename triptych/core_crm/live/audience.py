"""What a member may hear of an event: that a record changed which they see, and nothing of any other.

Rights are asked anew for each round of events, of `rights.access`, so a stream knows of no record that a page would
not show at that moment.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from triptych.core_crm.rights.access import READ, may_all, may_at_all, visible
from triptych.core_crm.rights.levels import Noun
from triptych.core_crm.rights.sight import sight_of
from triptych.platform.events import Event
from triptych.tenants.members.models import Member

NOTIFIED = "notifications.made"
UNSHARED = "record.unshared"
SETTINGS = {"pipeline": "pipeline", "pipelines": "pipeline", "stage": "pipeline", "stages": "pipeline"}
"""Settings that everybody may see and that pages of records show, by what the names of their events begin with."""


@dataclass(frozen=True)
class Change:
    """Something that happened to a record which the member sees, deleted ones included."""

    event: Event
    kind: str
    id: UUID
    version: int


@dataclass(frozen=True)
class Heard:
    """What a member hears of some events.

    `stirred` are kinds of record of which many changed at once, or of which the member may have lost one out of sight,
    and settings that changed: no record is named.
    """

    changes: list[Change]
    stirred: set[str]
    is_notified: bool


def listener(member_id: UUID) -> Member | None:
    """The member with their role as it is now; None when they have left."""
    return Member.objects.active().select_related("role_record").filter(pk=member_id).first()


def heard_by(member: Member, events: Sequence[Event]) -> Heard:
    """What the member hears: one statement for each kind of record among the events."""
    nouns = {noun.kind: noun for noun in sight_of(member).nouns.values()}
    by_label = {str(noun.model._meta.label_lower): noun for noun in nouns.values()}
    versions = _versions(member, events, by_label, nouns)
    changes, stirred, is_notified = [], set(), False
    for event in events:
        is_notified |= event.name == NOTIFIED and str(member.pk) in event.facts.get("members", ())
        noun = by_label.get(event.kind)
        if noun is None or event.object_id is None:
            about = event.name.partition(".")[0]
            noun = nouns.get(about)
            if about in SETTINGS:
                stirred.add(SETTINGS[about])
            if noun is not None and any(key in versions[noun.kind] for key in _many(event)):
                stirred.add(noun.kind)
        elif event.object_id in versions[noun.kind]:
            version = versions[noun.kind][event.object_id]
            changes.append(Change(event, noun.kind, event.object_id, version))
        elif _may_have_lost(member, noun, event):
            stirred.add(noun.kind)
    return Heard(changes, stirred, is_notified)


def _versions(
    member: Member, events: Iterable[Event], by_label: dict[str, Noun], nouns: dict[str, Noun]
) -> dict[str, dict[UUID, int]]:
    """The versions of those records among the events that the member sees, by kind and key."""
    wanted: dict[str, set[UUID]] = defaultdict(set)
    for event in events:
        if event.object_id is not None and event.kind in by_label:
            wanted[by_label[event.kind].kind].add(event.object_id)
        elif (kind := event.name.partition(".")[0]) in nouns:
            wanted[kind].update(_many(event))
    found: dict[str, dict[UUID, int]] = defaultdict(dict)
    for kind, keys in wanted.items():
        records: Any = visible(member, nouns[kind].model._base_manager.filter(pk__in=keys))
        found[kind] = dict(records.values_list("pk", "version"))
    return found


def _many(event: Event) -> list[UUID]:
    """The records of an event about many at once."""
    return [UUID(key) for key in event.facts.get("ids", ())] if event.object_id is None else []


def _may_have_lost(member: Member, noun: Noun, event: Event) -> bool:
    """Whether the event took a record from some member, so that one whose role is narrow looks at their list again."""
    took = event.name == UNSHARED or noun.owner in event.facts.get("changed", ())
    return took and may_at_all(member, READ, noun.model) and not may_all(member, READ, noun.model)
