"""How a job fares, in the API: one name for all whose types show it."""

import strawberry

from triptych.platform.events.models import Job

strawberry.enum(Job.State, name="JobState")


def state_of(job: Job) -> Job.State:
    """How the job fares."""
    return Job.State(job.state)
