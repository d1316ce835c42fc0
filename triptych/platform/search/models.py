"""One row for each record that can be found, whatever its kind, one for each long text by which it is found, too, and
what each member looked at last."""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models


class SearchEntry(models.Model):
    """How a record is found and shown among others. `words` holds its folded words (`words.vector_of`)."""

    object_id = models.UUIDField(primary_key=True, editable=False)
    kind = models.CharField(max_length=40)
    title = models.CharField(max_length=300)
    subtitle = models.CharField(max_length=300, blank=True)
    url = models.CharField(max_length=300)
    owner_id = models.UUIDField(null=True)
    updated_at = models.DateTimeField()
    words = SearchVectorField()

    audited_with = None
    matched = ""
    """What was found, where it is not the title: an excerpt of a text. Only `search.find` says it."""

    class Meta:
        indexes = [
            GinIndex(fields=["words"], name="search_words"),
            models.Index("updated_at", "object_id", name="search_recent"),
        ]

    def __str__(self) -> str:
        return self.title


class SearchText(models.Model):
    """The words of one long text of a record: of its field `field`, or of something that belongs to it."""

    text_id = models.UUIDField(primary_key=True, editable=False)
    kind = models.CharField(max_length=40)
    object_id = models.UUIDField()
    field = models.CharField(max_length=40, blank=True)
    at = models.DateTimeField()
    words = SearchVectorField()

    audited_with = None

    class Meta:
        indexes = [
            GinIndex(fields=["words"], name="search_text_words"),
            models.Index("at", "text_id", name="search_text_recent"),
            models.Index("object_id", name="search_text_of_record"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.object_id} {self.field}".strip()


class RecentRecord(models.Model):
    """That a member looked at a record, the last time."""

    id = models.BigAutoField(primary_key=True)
    member_id = models.UUIDField()
    kind = models.CharField(max_length=40)
    object_id = models.UUIDField()
    seen_at = models.DateTimeField()

    audited_with = None

    class Meta:
        constraints = [models.UniqueConstraint(fields=["member_id", "object_id"], name="recent_record_once")]
        indexes = [models.Index("member_id", models.F("seen_at").desc(), name="recent_of_member")]

    def __str__(self) -> str:
        return f"{self.kind} {self.object_id}"
