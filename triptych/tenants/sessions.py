"""Sessions bound to the host they began on: one made in a tenant does not exist anywhere else."""

from typing import Any
from uuid import UUID

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseSessionStore
from django.utils import timezone

from triptych.platform import scope
from triptych.tenants.models import Session


def _here() -> UUID | None:
    """The id of the tenant whose scope this is, None on the public host."""
    return getattr(scope.current(), "id", None)


class SessionStore(DatabaseSessionStore):
    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def _get_session_from_db(self) -> Session | None:
        alive = Session.objects.filter(session_key=self.session_key, expire_date__gt=timezone.now())
        found = alive.filter(tenant_id=_here()).first()  # type: ignore[misc]  # None: of no tenant
        if found is None:
            self._session_key = None
        return found

    def exists(self, session_key: str) -> bool:
        return Session.objects.filter(session_key=session_key).exists()

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        person = data.get(SESSION_KEY)
        return Session(
            session_key=self._get_or_create_session_key(),  # type: ignore[attr-defined]
            session_data=self.encode(data),
            expire_date=self.get_expiry_date(),
            tenant_id=_here(),
            person_id=UUID(person) if person else None,
            created_at=timezone.now(),
            user_agent=data.get("user_agent", "")[:300],
        )
