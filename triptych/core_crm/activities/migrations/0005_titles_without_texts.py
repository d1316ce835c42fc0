"""What has no subject is found under its kind; the beginning of its text stands beside that, not in the title."""

from typing import Any

from django.db import migrations

from triptych.platform.search.words import vector_of, words_of

TITLED_BY_TEXT = """
    UPDATE search_searchentry AS entry
    SET title = entry.subtitle, subtitle = entry.title,
        words = ts_delete(entry.words, ARRAY(SELECT one FROM unnest(tsvector_to_array(entry.words)) AS one
            WHERE one LIKE 'T%%')) || %s::tsvector
    FROM activities_activity AS activity
    WHERE entry.kind = 'activity' AND entry.object_id = activity.id AND entry.subtitle = %s
        AND activity.subject = '' AND activity.description <> ''
"""


def name_by_kind(apps: Any, schema_editor: Any) -> None:
    entries = apps.get_model("search", "SearchEntry").objects.filter(kind="activity")
    for kind in entries.values_list("subtitle", flat=True).distinct().order_by("subtitle"):
        if words_of(kind):
            schema_editor.execute(TITLED_BY_TEXT, [vector_of(kind, ""), kind])


class Migration(migrations.Migration):
    dependencies = [("activities", "0004_texts_are_found"), ("search", "0003_kinds_among_the_words")]

    operations = [migrations.RunPython(name_by_kind, migrations.RunPython.noop)]
