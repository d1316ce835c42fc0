"""A relay and worker in a process of its own, with handlers that leave one row per effect. The tests start and kill it.

python worker_process.py both|relay|worker
"""

import logging
import sys
import time
from datetime import timedelta

import django

django.setup()

from django.db import connection, transaction  # noqa: E402

from triptych.platform import events  # noqa: E402
from triptych.platform.events import delivering, jobs, process, relay, relaying  # noqa: E402

# What takes minutes in life takes seconds here.
delivering.LEASE = timedelta(seconds=4)
delivering.back_off = lambda attempts: timedelta(seconds=0.2)
relay.SILENCE = timedelta(seconds=3)
relaying.POLL_SECONDS = 0.2
jobs.BEAT_SECONDS = 0.3

CHUNKS = 20
ROWS_PER_CHUNK = 5


def leave(effect: str) -> None:
    """One row per effect: counting them shows what was lost and what was done twice."""
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO fault_effect (effect) VALUES (%s)", [effect])


@events.handles("fault.happened")
def leaves_a_row(event: events.Event) -> None:
    leave(str(event.id))


@events.handles("fault.stumbled")
def fails_twice(event: events.Event) -> None:
    leave(str(event.id))
    stumbles[event.id] = stumbles.get(event.id, 0) + 1
    if stumbles[event.id] < 3:
        raise RuntimeError("stumbled")


stumbles: dict = {}


@jobs.runs("fault.count")
def counts_in_chunks(job: jobs.RunningJob) -> dict:
    for chunk in range(job.last_checkpoint.get("chunk", 0), CHUNKS):
        with transaction.atomic():
            for row in range(ROWS_PER_CHUNK):
                leave(f"{job.id}/{chunk}/{row}")
            time.sleep(job.args["seconds_per_chunk"])  # the work itself
            job.checkpoint({"chunk": chunk + 1})
        job.progress(chunk + 1, CHUNKS)
        if job.cancel_requested:
            break
    return {"chunks": job.last_checkpoint["chunk"]}


if __name__ == "__main__":
    logging.getLogger("celery").setLevel(logging.ERROR)
    role = sys.argv[1]
    if role == "relay":
        process.run_relay()
    process.run_worker(embedded=role == "both")
