"""What only some members may do, as plugins declare it with the hook `permissions`."""

from __future__ import annotations

from django.utils.translation import gettext as _

from triptych.platform.plugins import Permission, hooks
from triptych.platform.plugins.hookspecs import AnyMember
from triptych.platform.refusals import Forbidden


def declared() -> dict[str, Permission]:
    """The permissions of core and of the plugins enabled here, by name. A plugin declares only names of its own."""
    return {
        permission.name: permission
        for plugin_id, permission in hooks.gather_by_plugin("permissions")
        if permission.name.startswith(f"{plugin_id.removeprefix('core:')}.")
    }


def allowed(member: AnyMember, name: str) -> bool:
    """Whether the member's role holds the permission. One that nobody enabled here declares is held by no one."""
    permission = declared().get(name)
    return permission is not None and member.role in permission.roles


def require(member: AnyMember, name: str) -> None:
    """Make sure that the member may do this.

    Raises:
        Forbidden: their role does not hold the permission.
    """
    if not allowed(member, name):
        label = declared()[name].label if name in declared() else name
        raise Forbidden(_("Your role does not include “%s”. Ask an owner or admin of your workspace.") % label)
