"""The two Celery tasks. Only the relay sends them and only ids travel: what is to be done stands in the database."""

from typing import Any
from uuid import UUID

from celery import Task, current_app, shared_task
from django.db import close_old_connections
from kombu.exceptions import OperationalError

from triptych.platform.events import delivering, jobs
from triptych.platform.events.models import Delivery, Job
from triptych.platform.events.tenancy import OutsideTenant
from triptych.platform.plugins import failures
from triptych.platform.web import logs

NO_TENANT = "The task {name} was {done} without a tenant. It must name one: nothing is taken from the surroundings."


class TenantTask(Task):  # type: ignore[type-arg]
    """A task of one tenant. It refuses to be sent or to run without `tenant_id`."""

    def apply_async(self, args: Any = None, kwargs: Any = None, *rest: Any, **options: Any) -> Any:
        if not (kwargs or {}).get("tenant_id"):
            raise OutsideTenant(NO_TENANT.format(name=self.name, done="sent"))
        return super().apply_async(args, kwargs, *rest, **options)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if not kwargs.get("tenant_id"):
            raise OutsideTenant(NO_TENANT.format(name=self.name, done="run"))
        logs.clear()
        logs.bind(tenant=kwargs["tenant_id"], request=kwargs.get("request_id", ""))
        close_old_connections()
        try:
            return super().__call__(*args, **kwargs)
        finally:
            failures.flush()
            close_old_connections()


@shared_task(name="triptych.deliver", base=TenantTask)
def deliver(delivery_id: str, attempts: int, *, tenant_id: str, request_id: str = "") -> None:
    """Let a handler see an event."""
    delivering.deliver(UUID(delivery_id), UUID(tenant_id), attempts)


@shared_task(name="triptych.run_job", base=TenantTask)
def run_job(job_id: str, starts: int, *, tenant_id: str, request_id: str = "") -> None:
    """Start a job, or go on with one that lost its worker."""
    jobs.run(UUID(job_id), UUID(tenant_id), starts)


def send_delivery(delivery: Delivery) -> None:
    """Put a delivery on its queue. Raises what the broker raises, after one try to reconnect."""
    event = delivery.event
    deliver.apply_async(
        args=[str(delivery.pk), delivery.attempts],
        kwargs={"tenant_id": str(event.tenant_id), "request_id": event.request_id},
        queue=delivery.queue,
    )


def send_job(job: Job) -> None:
    """Put a job on its queue. Raises what the broker raises, after one try to reconnect."""
    run_job.apply_async(
        args=[str(job.pk), job.starts],
        kwargs={"tenant_id": str(job.tenant_id), "request_id": job.request_id},
        queue=job.queue,
    )


BrokerAway = (OperationalError, OSError)
"""What sending raises when the broker does not answer."""


def broker_error() -> str:
    """Why the broker does not answer, '' when it does."""
    try:
        with current_app.connection_for_write() as broker:
            broker.connect()
    except Exception as error:  # each transport has its own
        return f"{type(error).__name__}: {error}"
    return ""
