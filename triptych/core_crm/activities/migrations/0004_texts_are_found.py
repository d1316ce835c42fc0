"""What is there already is found by its long texts."""

from typing import Any

from django.db import migrations

from triptych.platform.search.texts import Text, fill_texts


def fill(apps: Any, schema_editor: Any) -> None:
    """What notes, calls and mails hold."""
    activities = apps.get_model("activities", "Activity").objects.filter(deleted_at=None).exclude(description="")
    rows = activities.values_list("pk", "description", "at").iterator()
    fill_texts(apps, (Text(pk, "activity", pk, text, at, "description") for pk, text, at in rows))


class Migration(migrations.Migration):
    dependencies = [("activities", "0003_calendar"), ("search", "0002_texts")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
