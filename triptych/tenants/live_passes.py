"""Whether the sessions and tokens by which streams are open are still good: three statements, however many they are."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import cast
from uuid import UUID

from django.contrib.auth import HASH_SESSION_KEY
from django.utils.crypto import constant_time_compare

from triptych.platform.events.tenancy import TenantScope
from triptych.platform.live import Pass
from triptych.tenants.members.models import ApiToken, Member
from triptych.tenants.models import Session, Tenant
from triptych.tenants.sessions import SessionStore


def still_good(tenant: TenantScope, passes: Collection[Pass], at: datetime) -> set[Pass]:
    """Those whose member is active, and whose session or token would still be let in. None once a tenant is closed."""
    if not cast(Tenant, tenant).is_open:
        return set()
    members = {one.pk: one for one in Member.objects.active().filter(pk__in={one.member_id for one in passes})}
    people = _people([one.session_key for one in passes if one.session_key], tenant.id, at)
    tokens = {token.pk: token for token in _tokens([one.token_id for one in passes if one.token_id])}
    good = set()
    for one in passes:
        member = members.get(one.member_id)
        if member is None:
            continue
        if one.token_id:
            token = tokens.get(one.token_id)
            is_good = token is not None and token.member_id == member.pk and token.is_valid(at=at)
        else:
            is_good = member.person_id is not None and people.get(one.session_key) == member.person_id
        if is_good:
            good.add(one)
    return good


def _people(keys: Collection[str], tenant_id: UUID, at: datetime) -> dict[str, UUID]:
    """Whose the sessions are that have not ended, nor begun with another password than today's."""
    if not keys:
        return {}
    found = {}
    rows = Session.objects.filter(session_key__in=keys, expire_date__gt=at, tenant_id=tenant_id)
    for row in rows.select_related("person"):
        person = row.person
        signed = SessionStore().decode(row.session_data).get(HASH_SESSION_KEY, "")
        if person and person.is_active and constant_time_compare(signed, person.get_session_auth_hash()):
            found[row.session_key] = person.pk
    return found


def _tokens(ids: Collection[UUID]) -> Collection[ApiToken]:
    return list(ApiToken.objects.select_related("member").filter(pk__in=ids)) if ids else []
