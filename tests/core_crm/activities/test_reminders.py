"""Reminders: in the app and by mail, once, moved with the activity."""

from datetime import timedelta

import pytest
from django.core import mail

from triptych.core_crm.activities import actions
from triptych.core_crm.activities.models import Activity
from triptych.core_crm.activities.tasks import remind
from triptych.core_crm.notifications.models import Notification, NotificationSetting
from triptych.platform.events import Event
from triptych.platform.ids import new_id
from triptych.platform.refusals import Refused
from triptych.platform.scope import entered

pytestmark = pytest.mark.django_db

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def at(tenant, drain):
    """What the schedule tells at an instant, as (kind, member's name) in order."""
    from django.db import transaction

    def at(instant):
        with entered(tenant), transaction.atomic():
            before = set(Notification.objects.values_list("pk", flat=True))
            remind(Event(new_id(), "schedule:remind", tenant.pk, "", None, None, instant))
            told = Notification.objects.exclude(pk__in=before).order_by("member__name")
            return [(one.kind, one.member.name) for one in told]

    return at


@pytest.fixture
def meeting(tenant, members, now):
    with entered(tenant):
        return actions.create_activity(
            kind="meeting", subject="Visit", start_at=now + 2 * HOUR, duration_minutes=30, reminders=[15],
            by=members["member"], now=now,
        )  # fmt: skip


def test_before_it_begins_once_in_the_app_and_by_mail(tenant, meeting, at, now, drain, members):
    with entered(tenant):
        NotificationSetting.objects.create(member=members["member"], is_quiet=False)

    assert at(now + 100 * MINUTE) == []
    assert at(now + 104 * MINUTE) == [("soon", "Member")]
    assert [at(now + minutes * MINUTE) for minutes in (104, 109, 125)] == [[], [], []]
    mail.outbox.clear()
    drain()
    drain()
    assert [(one.to, "Visit" in one.subject) for one in mail.outbox] == [(["member@acme.example"], True)]


def test_it_moves_with_the_activity(tenant, meeting, at, now, members):
    with entered(tenant):
        actions.update_activity(activity=meeting, start_at=now + DAY, by=members["member"], now=now)

    assert at(now + 2 * HOUR) == []
    assert at(now + DAY - 15 * MINUTE) == [("soon", "Member")]


def test_a_task_is_due_then_overdue_and_done_tasks_are_silent(tenant, at, now, members):
    by = members["member"]
    with entered(tenant):
        task = actions.create_task(subject="Offer", due_at=now + HOUR, by=by, now=now)
        done = actions.create_task(subject="Other", due_at=now + HOUR, by=by, now=now)
        actions.complete_activity(activity=done, by=by, now=now)

    assert at(now + HOUR) == [("due", "Member")]
    assert at(now + DAY) == []
    assert at(now + DAY + HOUR) == [("overdue", "Member")]
    with entered(tenant):
        assert Activity.objects.get(pk=task.pk).remind_at is None


def test_nobody_is_told_of_what_was_put_into_the_bin_and_again_when_it_is_back(tenant, meeting, at, now, members):
    with entered(tenant):
        actions.delete_activity(activity=meeting, by=members["member"], now=now)
    assert at(now + 104 * MINUTE) == []
    with entered(tenant):
        actions.restore_activity(activity=meeting, by=members["member"], now=now)
    assert at(now + 104 * MINUTE) == [("soon", "Member")]


def test_each_time_of_a_series_is_told_of(tenant, at, now, members):
    with entered(tenant):
        series = actions.create_activity(
            kind="call", subject="Daily", start_at=now + HOUR, duration_minutes=30, reminders=[15], rule="FREQ=DAILY",
            by=members["member"], now=now,
        )  # fmt: skip

    assert [at(now + day * DAY + 45 * MINUTE) for day in range(3)] == [[("soon", "Member")]] * 3
    with entered(tenant):
        assert Activity.objects.get(pk=series.pk).start_at == now + 2 * DAY + HOUR


def test_after_a_long_stop_only_the_last_stage_is_told(tenant, at, now, members):
    with entered(tenant):
        actions.create_task(subject="Offer", due_at=now + HOUR, reminders=[60, 30], by=members["member"], now=now)

    assert at(now + 9 * DAY) == [("overdue", "Member")]


@pytest.mark.parametrize("reminders", [[-1], ["5"], [True], [1, 2, 3, 4, 5, 6], [10**9], {"a": 1}])
@pytest.mark.usefixtures("in_tenant")
def test_reminders_are_a_few_minutes_before(members, now, reminders):
    with pytest.raises(Refused):
        actions.create_task(subject="x", due_at=now, reminders=reminders, by=members["member"], now=now)
