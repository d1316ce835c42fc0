"""What was merged into what, with all that is needed to take it back."""

from __future__ import annotations

from uuid import UUID

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from triptych.platform.ids import new_id
from triptych.tenants.members.models import Member


class MergeQuerySet(models.QuerySet["Merge"]):
    def standing(self) -> MergeQuerySet:
        """Merges that nobody has taken back."""
        return self.filter(unmerged_at=None)

    def of_loser(self, loser_id: UUID) -> MergeQuerySet:
        """The merge by which a record went into another one, the last first."""
        return self.standing().filter(loser_id=loser_id).order_by("-pk")

    def into(self, winner_id: UUID) -> MergeQuerySet:
        """What was merged into a record, the last first."""
        return self.standing().filter(winner_id=winner_id).order_by("-pk")


class Merge(models.Model):
    """That a record was merged into another one of its kind.

    `changes` holds all that was written, in that order: a list of `links.Change` as JSON. Rows that stayed with the
    merged record are not in it.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(max_length=40, help_text="The name of the records' model in lower case.")
    winner_id = models.UUIDField()
    loser_id = models.UUIDField()
    loser_name = models.CharField(max_length=300)
    changes = models.JSONField(default=list, encoder=DjangoJSONEncoder)
    moved_count = models.PositiveIntegerField(default=0)
    by = models.ForeignKey(Member, models.SET_NULL, null=True, related_name="+")
    merged_at = models.DateTimeField()
    unmerged_at = models.DateTimeField(null=True)

    objects = MergeQuerySet.as_manager()
    audited_with = None  # every row that a merge writes is audited itself

    class Meta:
        indexes = [
            models.Index("loser_id", "id", name="merge_of_loser"),
            models.Index("winner_id", "id", name="merge_into_winner"),
        ]

    def __str__(self) -> str:
        return f"{self.loser_name} → {self.winner_id}"


class PairQuerySet(models.QuerySet["Pair"]):
    def open(self) -> PairQuerySet:
        """Pairs of which nobody has said that they are not the same."""
        return self.filter(is_distinct=False)


class Pair(models.Model):
    """Two records of a kind that a search found to be likely the same, or of which somebody said they are not."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(max_length=40)
    first_id = models.UUIDField()
    second_id = models.UUIDField()
    score = models.FloatField(help_text="How likely they are the same, 0 to 1.")
    reasons = models.JSONField(default=list, help_text="[{field, level, bits}], the strongest first.")
    is_distinct = models.BooleanField(default=False)
    found_at = models.DateTimeField()

    objects = PairQuerySet.as_manager()
    audited_with = None

    class Meta:
        indexes = [models.Index(fields=["kind", "-score", "id"], name="pair_by_score")]
        constraints = [models.UniqueConstraint("first_id", "second_id", name="pair_once")]

    def __str__(self) -> str:
        return f"{self.first_id} = {self.second_id}"
