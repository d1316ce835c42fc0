"""Teams, who is in them, and single records that are shared."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from triptych.platform.collation import NamedQuerySet
from triptych.platform.ids import new_id
from triptych.platform.records import Record
from triptych.tenants.members.models import Member


class Team(Record):
    """People who share their records, below another team or at the top.

    `territories` names sales regions: whoever has one of them as their region belongs to the team without being put
    into it.
    """

    name = models.CharField(_("name"), max_length=80)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("belongs to")
    )
    territories = ArrayField(models.CharField(max_length=100), default=list, blank=True, verbose_name=_("territories"))

    objects = NamedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("name"), name="team_name_once"),
            models.CheckConstraint(condition=~Q(parent=models.F("id")), name="team_not_its_own_parent"),
        ]

    def __str__(self) -> str:
        return self.name


class TeamMember(models.Model):
    """That somebody is in a team. A manager also sees the teams below."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    team = models.ForeignKey(Team, models.CASCADE, related_name="places")
    member = models.ForeignKey(Member, models.CASCADE, related_name="team_places")
    is_manager = models.BooleanField(_("manager"), default=False)

    audited_with = "team_id"

    class Meta:
        constraints = [models.UniqueConstraint("team", "member", name="team_member_once")]

    def __str__(self) -> str:
        return f"{self.member_id} in {self.team_id}"


class Share(models.Model):
    """That one record is open to a member or to a team beyond what their roles give."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(max_length=40, help_text="The name of the record's model in lower case.")
    object_id = models.UUIDField()
    member = models.ForeignKey(Member, models.CASCADE, null=True, blank=True, related_name="shares")
    team = models.ForeignKey(Team, models.CASCADE, null=True, blank=True, related_name="shares")
    may_change = models.BooleanField(default=False)
    shared_by = models.ForeignKey(Member, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField()

    audited_with = "object_id"

    class Meta:
        indexes = [models.Index("object_id", name="share_of_record")]
        constraints = [
            models.CheckConstraint(condition=Q(member=None) ^ Q(team=None), name="share_with_one"),
            models.UniqueConstraint("object_id", "member", name="share_once_with_member", condition=Q(team=None)),
            models.UniqueConstraint("object_id", "team", name="share_once_with_team", condition=Q(member=None)),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.object_id}"

    @property
    def with_whom(self) -> str:
        """The member or team, by name."""
        return str(self.member or self.team)
