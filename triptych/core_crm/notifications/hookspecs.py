"""The hook by which apps and plugins say of what members can be told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from triptych.platform.plugins import hookspec
from triptych.platform.plugins.hookspecs import AnyMember

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True)
class NotificationKind:
    """A kind of notification: what people read in their settings, and how they are told until they choose.

    The name of a plugin's kind begins with its id and a dot.
    """

    name: str
    label: StrOrPromise
    icon: str = "bell"
    by_mail: bool = True


@hookspec
def notification_kinds(member: AnyMember) -> list[NotificationKind]:
    """Of what members can be told: each kind is a line in everybody's settings. Tell with `notify` of
    `triptych.core_crm.notifications.actions`, its `title` a function, so that each reads it in their own language.
    """
    raise AssertionError(member)
