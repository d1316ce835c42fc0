"""What members are told of, and how each wants to be told."""

from __future__ import annotations

from datetime import time

from django.db import models
from django.db.models import Q

from triptych.platform.ids import new_id
from triptych.tenants.members.models import Member


class NotificationQuerySet(models.QuerySet["Notification"]):
    def shown_to(self, member: Member) -> NotificationQuerySet:
        """What stands in the app for this member."""
        return self.filter(member=member, in_app=True)

    def unread(self) -> NotificationQuerySet:
        return self.filter(read_at=None)


class Notification(models.Model):
    """One thing that one member is told. `key` makes telling it twice impossible."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    member = models.ForeignKey(Member, models.CASCADE, related_name="notifications")
    key = models.CharField(max_length=200)
    kind = models.CharField(max_length=60, help_text="One of the hook notification_kinds.")
    title = models.CharField(max_length=300)
    body = models.CharField(max_length=500, blank=True)
    url = models.CharField(max_length=300, blank=True)
    object_kind = models.CharField(max_length=40, blank=True, help_text="Of the record that it is about, e.g. deal.")
    object_id = models.UUIDField(null=True)
    by = models.ForeignKey(Member, models.SET_NULL, null=True, related_name="+")
    in_app = models.BooleanField(default=True)
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    mail_at = models.DateTimeField(null=True, help_text="When a mail is to tell it; empty: none does.")
    mailed_at = models.DateTimeField(null=True)

    objects = NotificationQuerySet.as_manager()
    audited_with = None

    class Meta:
        constraints = [models.UniqueConstraint("member", "key", name="notification_once")]
        indexes = [
            models.Index(fields=["member", "-created_at", "-id"], name="notification_list"),
            models.Index(
                fields=["mail_at"], name="notification_to_mail", condition=Q(mailed_at=None, mail_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return self.title


class NotificationSetting(models.Model):
    """How a member wants to be told. Without a row everything is as its kind says."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    member = models.OneToOneField(Member, models.CASCADE, related_name="notification_setting")
    channels = models.JSONField(default=dict, help_text='By kind: {"app": true, "mail": false}.')
    is_quiet = models.BooleanField(default=True, help_text="Mails wait for working hours.")
    is_digest = models.BooleanField(default=False, help_text="All mails of a day come as one in the morning.")
    digest_time = models.TimeField(default=time(7, 0))

    untold = ("channels",)

    def __str__(self) -> str:
        return f"{self.member}"
