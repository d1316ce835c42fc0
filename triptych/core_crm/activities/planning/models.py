"""Who takes part in activities, and the secret addresses of members' calendars."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from triptych.platform.ids import new_id


class Attendee(models.Model):
    """A member or a contact who is asked to take part in an activity, and what they answered."""

    class Answer(models.TextChoices):
        PENDING = "pending", _("Not yet answered")
        ACCEPTED = "accepted", _("Accepted")
        TENTATIVE = "tentative", _("Maybe")
        DECLINED = "declined", _("Declined")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    activity = models.ForeignKey("activities.Activity", models.CASCADE, related_name="attendees")
    member = models.ForeignKey("members.Member", models.CASCADE, null=True, related_name="+")
    contact = models.ForeignKey("contacts.Contact", models.CASCADE, null=True, related_name="+")
    answer = models.CharField(max_length=10, choices=Answer.choices, default=Answer.PENDING)
    answered_at = models.DateTimeField(null=True)
    invited_at = models.DateTimeField(null=True, help_text="When the last invitation went out by mail.")

    untold = ("answered_at",)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="attendee_is_somebody",
                condition=Q(member__isnull=True, contact__isnull=False) | Q(member__isnull=False, contact__isnull=True),
            ),
            models.UniqueConstraint("activity", "member", name="attendee_member_once"),
            models.UniqueConstraint("activity", "contact", name="attendee_contact_once"),
        ]

    def __str__(self) -> str:
        return str(self.member or self.contact)


class CalendarFeed(models.Model):
    """The secret address under which programs fetch a member's calendar. Only the digest of the secret is kept."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    member = models.OneToOneField("members.Member", models.CASCADE, related_name="calendar_feed")
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    fetched_at = models.DateTimeField(null=True)

    audited_without = ("fetched_at",)

    def __str__(self) -> str:
        return f"{self.member}"
