"""Telling members of something, and what they do with it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import datetime, time, timedelta
from typing import Any, TypedDict, cast
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext as _

from triptych.core_crm.activities.records import RecordRef
from triptych.core_crm.calendar.access import default_hours
from triptych.core_crm.calendar.hours import NoWorkingTime, next_opening
from triptych.core_crm.notifications.access import notifications_of, setting_of, visible_keys
from triptych.core_crm.notifications.hookspecs import NotificationKind
from triptych.core_crm.notifications.models import Notification, NotificationSetting
from triptych.platform import events
from triptych.platform.events.tenancy import current as current_tenant
from triptych.platform.plugins import hooks
from triptych.platform.refusals import Refused
from triptych.tenants.members.language import in_words_for
from triptych.tenants.members.models import Member
from triptych.tenants.models import Tenant


class Channels(TypedDict):
    """Where a kind of notification reaches somebody."""

    app: bool
    mail: bool


@transaction.atomic
def notify(
    *,
    to: Collection[Member],
    kind: str,
    title: str | Callable[[Member], str],
    key: str,
    now: datetime,
    about: RecordRef | None = None,
    by: UUID | None = None,
    body: str = "",
    url: str = "",
) -> int:
    """Tell members of something, each once for each `key`, in the app and by mail as they want it.

    A `title` that is called is put into words for each of them, in their own language, of what they may know
    (`rights.access.as_seen`).

    Nobody is told what they did themselves (`by`), nor of a record (`about`) that they do not see, nor when they have
    left. Mails wait for working hours, or for the daily digest, as each has chosen. Returns how many are told.
    """
    known = {one.name: one for one in kinds(None)}
    rows = []
    for member in {one.pk: one for one in to}.values():
        if not member.is_active or member.pk == by:
            continue
        if about is not None and not visible_keys(member, about.kind, [about.id]):
            continue
        setting = setting_of(member)
        wanted = channels_of(setting, known.get(kind) or NotificationKind(kind, kind))
        if wanted["app"] or wanted["mail"]:
            rows.append(
                Notification(
                    member=member, key=key[:200], kind=kind, title=_in_words(title, member)[:300], body=body[:500],
                    url=url, by_id=by,
                    object_kind=about.kind if about else "", object_id=about.id if about else None,
                    in_app=wanted["app"], created_at=now, mail_at=mail_time(setting, now) if wanted["mail"] else None,
                )
            )  # fmt: skip
    there = set(Notification.objects.filter(key=key[:200]).values_list("member_id", flat=True)) if rows else set()
    new = [row for row in rows if row.member_id not in there]
    Notification.objects.bulk_create(new, ignore_conflicts=True)
    if in_app := sorted(str(row.member_id) for row in new if row.in_app):
        events.announce("notifications.made", None, by=None, at=now, members=in_app)
    for row in new:
        if row.mail_at and row.mail_at <= now:
            events.announce("notification.mail_due", None, by=None, at=now, member=str(row.member_id))
    return len(new)


def _in_words(title: str | Callable[[Member], str], member: Member) -> str:
    """On one line: it is the subject of a mail, too."""
    if isinstance(title, str):
        return " ".join(title.split())
    with in_words_for(member, cast(Tenant, current_tenant())):
        return " ".join(title(member).split())


def kinds(member: Member | None) -> list[NotificationKind]:
    """Of what members can be told here, by core and the enabled plugins."""
    found: list[NotificationKind] = hooks.gather("notification_kinds", member=member)
    return found


def channels_of(setting: NotificationSetting, kind: NotificationKind) -> Channels:
    """What the member chose for a kind, else what the kind says."""
    chosen = setting.channels.get(kind.name, {})
    return {"app": bool(chosen.get("app", True)), "mail": bool(chosen.get("mail", kind.by_mail))}


def mail_time(setting: NotificationSetting, now: datetime) -> datetime:
    """When a mail may reach the member: with the next digest, or in the next working hours, or now."""
    at = now
    if setting.is_digest:
        zone = ZoneInfo(current_tenant().timezone)
        today = datetime.combine(now.astimezone(zone), setting.digest_time, tzinfo=zone)
        at = today if today > now else datetime.combine(today + timedelta(days=1), setting.digest_time, tzinfo=zone)
    elif setting.is_quiet:
        try:
            at = next_opening(default_hours(), now)
        except NoWorkingTime:
            at = now
    return at


@transaction.atomic
def mark_read(*, member: Member, ids: Collection[UUID] | None, now: datetime, until: datetime | None = None) -> int:
    """Note that the member has read these of theirs, or all (`None`, of those `until` then). How many were unread."""
    unread = notifications_of(member).unread()
    if until is not None:
        unread = unread.filter(created_at__lte=until)
    if ids is not None:
        unread = unread.filter(pk__in=ids)
    return unread.update(read_at=now)


@transaction.atomic
def mark_unread(*, member: Member, ids: Collection[UUID]) -> int:
    """Let these of theirs count as unread again."""
    return notifications_of(member).filter(pk__in=ids).update(read_at=None)


@transaction.atomic
def change_settings(
    *,
    member: Member,
    channels: Mapping[str, Mapping[str, Any]] | None = None,
    is_quiet: bool | None = None,
    is_digest: bool | None = None,
    digest_time: time | None = None,
) -> NotificationSetting:
    """Change how the member is told. `channels` replaces only the kinds it names.

    Raises:
        Refused: there is no such kind.
    """
    setting, _made = NotificationSetting.objects.select_for_update().get_or_create(member=member)
    known = {kind.name for kind in kinds(member)}
    for name, chosen in (channels or {}).items():
        if name not in known:
            raise Refused(_("There is no kind of notification called “%s”.") % name, field="channels")
        setting.channels[name] = {"app": bool(chosen.get("app")), "mail": bool(chosen.get("mail"))}
    given = {"is_quiet": is_quiet, "is_digest": is_digest, "digest_time": digest_time}
    for field, value in given.items():
        if value is not None:
            setattr(setting, field, value)
    setting.save()
    return setting
