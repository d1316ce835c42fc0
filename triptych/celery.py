"""The Celery application. Its messages carry ids; deliveries, retries, schedules and results stand in the database."""

from celery import Celery
from django.conf import settings

app = Celery("triptych", fixups=[])  # Django is set up by whoever starts a process; connections are closed by our tasks
app.conf.update(
    broker_url=settings.CELERY_BROKER_URL,
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,
    broker_connection_timeout=5,
    broker_transport_options={
        # the embedded broker is polled; a real one has time-outs, or a silent one would stop the relay
        "memory": {"polling_interval": 0.05},
        "redis": {"socket_connect_timeout": 5, "socket_timeout": 10, "retry_on_timeout": True},
    }.get(settings.CELERY_BROKER_URL.split(":")[0].replace("rediss", "redis"), {}),
    task_publish_retry_policy={"max_retries": 1, "interval_start": 0.1, "interval_max": 0.5},
    task_default_queue="interactive",
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    task_ignore_result=True,
    task_store_errors_even_if_ignored=False,
    worker_prefetch_multiplier=4,
    worker_hijack_root_logger=False,
    worker_redirect_stdouts=False,
    worker_cancel_long_running_tasks_on_connection_loss=False,
    worker_send_task_events=False,
    enable_utc=True,
    imports=["triptych.platform.events.queue"],
)
app.set_default()
