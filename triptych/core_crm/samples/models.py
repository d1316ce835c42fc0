"""Which records came with the sample pack, so that they can go again without a trace."""

from django.db import models


class SampleRecord(models.Model):
    """One record of the pack: `kind` is its model's name in lower case."""

    kind = models.CharField(max_length=40)
    object_id = models.UUIDField(primary_key=True)

    audited_with = None
