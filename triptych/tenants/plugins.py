"""Which plugins a tenant has enabled. Enabling changes behaviour only: the tables are there, the data stays."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from triptych.platform import events
from triptych.platform.plugins import Plugin
from triptych.platform.plugins.discovery import installed_plugins, quarantined_plugins
from triptych.platform.refusals import Forbidden, Refused
from triptych.platform.scope import CONTROL, entered
from triptych.tenants import fleet
from triptych.tenants.members.models import Member
from triptych.tenants.models import Entitlement, Tenant


class SwitchRefused(Refused):
    """The plugin cannot be enabled or disabled here now."""


Check = Callable[[Tenant, frozenset[str]], None]
checks: list[Check] = []
"""Asked before a plugin is enabled, with the tenant and the ids it would have enabled; each may raise `Refused`.
Other rooms add theirs when Django starts: the API refuses a plugin whose types clash."""


def enable_plugin(*, tenant: Tenant, plugin_id: str, by: Member | None, now: datetime) -> Tenant:
    """Switch a plugin on for a tenant; `by` is empty for the operator. Enabling it twice changes nothing.

    Announces `plugin.enabled`.

    Raises:
        Forbidden: `by` does not administer the tenant.
        SwitchRefused: the plugin is unknown or quarantined, the tenant's tables are not ready for it, something it
            requires is not enabled, the tenant's plan does not include it, or it clashes with another plugin.
    """
    return _switch(tenant=tenant, plugin_id=plugin_id, on=True, by=by, now=now)


def disable_plugin(*, tenant: Tenant, plugin_id: str, by: Member | None, now: datetime) -> Tenant:
    """Switch a plugin off for a tenant: its pages, fields, hooks and tasks vanish, its data stays.

    Announces `plugin.disabled`. A plugin that is no longer installed can be disabled, too.

    Raises:
        Forbidden: `by` does not administer the tenant.
        SwitchRefused: another enabled plugin requires it.
    """
    return _switch(tenant=tenant, plugin_id=plugin_id, on=False, by=by, now=now)


@transaction.atomic
def _switch(*, tenant: Tenant, plugin_id: str, on: bool, by: Member | None, now: datetime) -> Tenant:
    if by is not None and not by.may_administer:
        raise Forbidden(_("Only owners and admins switch plugins on and off. Ask one of them."))
    with entered(CONTROL):
        locked = Tenant.objects.select_for_update().get(pk=tenant.pk)
        if (plugin_id in locked.enabled_plugins) is not on:
            refuse = _refuse_enabling if on else _refuse_disabling
            refuse(locked, plugin_id, now)
            others = set(locked.enabled_plugins) - {plugin_id}
            locked.enabled_plugins = sorted(others | {plugin_id} if on else others)
            Tenant.objects.filter(pk=locked.pk).update(enabled_plugins=locked.enabled_plugins)
            with entered(locked):
                events.announce("plugin.enabled" if on else "plugin.disabled", None, by=by, at=now, plugin=plugin_id)
    tenant.enabled_plugins = locked.enabled_plugins  # the caller's object may be the scope that we stand in
    return tenant


def why_not(tenant: Tenant, plugin_id: str, *, now: datetime) -> str:
    """The sentence with which enabling the plugin would be refused, empty when it would not be."""
    try:
        _refuse_enabling(tenant, plugin_id, now)
    except Refused as refused:
        return refused.message
    return ""


def _refuse_enabling(tenant: Tenant, plugin_id: str, now: datetime) -> None:
    """Raise the first reason against enabling the plugin, if there is one."""
    plugin = _sound_plugin(plugin_id)
    if tenant.stamp != fleet.current_stamp():
        raise SwitchRefused(
            _("The tables of this workspace are being brought up to date. Try again in a few minutes."), code="STALE"
        )
    missing = [required for required in plugin.requires if required not in tenant.enabled_plugins]
    if missing:
        raise SwitchRefused(_("“%s” needs other plugins: enable %s first.") % (plugin.label, ", ".join(missing)))
    if plugin.entitlement and not is_entitled(tenant, plugin.entitlement, at=now):
        raise SwitchRefused(_("Your plan does not include “%s”. Choose a plan that does.") % plugin.label)
    wanted = frozenset({*tenant.enabled_plugins, plugin_id})
    for check in checks:
        check(tenant, wanted)


def _sound_plugin(plugin_id: str) -> Plugin:
    for broken in quarantined_plugins():
        if broken.id == plugin_id:
            raise SwitchRefused(
                _("“%s” was set aside when the server started: %s") % (plugin_id, broken.reason), code="QUARANTINED"
            )
    for plugin in installed_plugins():
        if plugin.id == plugin_id:
            return plugin
    raise SwitchRefused(_("No plugin called “%s” is installed here.") % plugin_id, code="UNKNOWN")


def _refuse_disabling(tenant: Tenant, plugin_id: str, now: datetime) -> None:
    """Raise when an enabled plugin requires this one."""
    needing = [
        str(plugin.label)
        for plugin in installed_plugins()
        if plugin.id in tenant.enabled_plugins and plugin_id in plugin.requires
    ]
    if needing:
        raise SwitchRefused(_("%s needs this plugin. Disable that first.") % ", ".join(needing))


def is_entitled(tenant: Tenant, key: str, *, at: datetime) -> bool:
    """Whether somebody has granted the tenant `key` for that instant."""
    ends_later = Q(ends_at=None) | Q(ends_at__gt=at)
    return Entitlement.objects.filter(ends_later, tenant_id=tenant.pk, key=key, starts_at__lte=at).exists()
