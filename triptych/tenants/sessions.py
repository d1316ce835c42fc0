"""Sessions bound to the host they began on: one made in a tenant does not exist anywhere else.

One statement brings a session, the person whose it is, and the member that person is in the tenant.
"""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from asgiref.sync import sync_to_async
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseSessionStore
from django.utils import timezone

from triptych.platform import scope
from triptych.platform.db.joins import joined_row
from triptych.tenants.members.models import Member
from triptych.tenants.models import Person, Session

IN_A_TENANT = """
FROM tenants_session LEFT JOIN tenants_person ON tenants_person.id = tenants_session.person_id
LEFT JOIN members_member ON members_member.person_id = tenants_person.id AND members_member.is_active
WHERE tenants_session.session_key = %s AND tenants_session.expire_date > %s AND tenants_session.tenant_id = %s
"""
ON_THE_PUBLIC_HOST = """
FROM tenants_session LEFT JOIN tenants_person ON tenants_person.id = tenants_session.person_id
WHERE tenants_session.session_key = %s AND tenants_session.expire_date > %s AND tenants_session.tenant_id IS NULL
"""

NOTED_EVERY = timedelta(minutes=5)
"""How old the note of a session's last use may grow before a page writes it anew."""


def _here() -> UUID | None:
    """The id of the tenant whose scope this is, None on the public host."""
    return getattr(scope.current(), "id", None)


class SessionStore(DatabaseSessionStore):
    """A session, `person`, whose it is, and `member`, who that is here while active. Both None until it is loaded."""

    person: Person | None = None
    member: Member | None = None
    created_at: datetime | None = None

    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def _get_session_from_db(self) -> Session | None:
        row = self._row()
        if row is None:
            self._session_key = None
            return None
        session, self.person, self.member = row
        self.created_at, now = session.created_at, timezone.now()
        if now - session.last_used_at > NOTED_EVERY:
            Session.objects.filter(pk=session.pk).update(last_used_at=now)
        return session

    async def _aget_session_from_db(self) -> Session | None:
        return await sync_to_async(self._get_session_from_db)()

    def _row(self) -> tuple[Session, Person | None, Member | None] | None:
        asked, tenant_id = [self.session_key, timezone.now()], _here()
        if tenant_id is not None:
            return joined_row(IN_A_TENANT, [*asked, tenant_id], Session, Person, Member)
        row = joined_row(ON_THE_PUBLIC_HOST, asked, Session, Person)
        return (*row, None) if row else None

    async def acreate_model_instance(self, data: dict[str, Any]) -> Session:
        return await sync_to_async(self.create_model_instance)(data)

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        person, now = data.get(SESSION_KEY), timezone.now()
        signed_in_at = data.get("signed_in_at")
        return Session(
            session_key=self._get_or_create_session_key(),  # type: ignore[attr-defined]
            session_data=self.encode(data),
            expire_date=self.get_expiry_date(),
            tenant_id=_here(),
            person_id=UUID(person) if person else None,
            created_at=datetime.fromisoformat(signed_in_at) if signed_in_at else self.created_at or now,
            last_used_at=now,
            user_agent=data.get("user_agent", "")[:300],
        )
