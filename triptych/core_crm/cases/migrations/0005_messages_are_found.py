"""What is there already is found by its long texts."""

from typing import Any

from django.db import migrations

from triptych.platform.search.texts import Text, fill_texts


def fill(apps: Any, schema_editor: Any) -> None:
    """The descriptions of cases and what was said in them."""
    cases = apps.get_model("cases", "Case").objects.filter(deleted_at=None)
    said = apps.get_model("cases", "CaseMessage").objects.filter(case__deleted_at=None)
    described = cases.exclude(description="").values_list("pk", "pk", "description", "created_at")
    for rows, field in ((described, "description"), (said.values_list("pk", "case_id", "body", "at"), "")):
        fill_texts(apps, (Text(pk, "case", record, text, at, field) for pk, record, text, at in rows.iterator()))


class Migration(migrations.Migration):
    dependencies = [("cases", "0004_mail_and_following"), ("search", "0002_texts")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
