import django.contrib.postgres.fields
import django.core.serializers.json
import django.db.models.deletion
from django.db import migrations, models

import triptych.platform.ids


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("members", "0002_roles_of_the_workspace"),
    ]

    operations = [
        migrations.CreateModel(
            name="Erasure",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=triptych.platform.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("waiting", "Underway"), ("done", "Done"), ("failed", "Not done")],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("order", models.JSONField(default=dict)),
                (
                    "hashes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=64), default=list, size=None
                    ),
                ),
                (
                    "counts",
                    models.JSONField(
                        default=list,
                        encoder=django.core.serializers.json.DjangoJSONEncoder,
                        help_text="[{kind, label, count, fate}]",
                    ),
                ),
                (
                    "files_left",
                    models.JSONField(default=list, help_text="Names in the storage whose bytes are still to go."),
                ),
                (
                    "why",
                    models.CharField(
                        blank=True, help_text="Why it was not done, or which rule did it.", max_length=300
                    ),
                ),
                ("job_id", models.UUIDField(null=True)),
                ("asked_at", models.DateTimeField()),
                ("done_at", models.DateTimeField(null=True)),
                (
                    "by",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to="members.member"
                    ),
                ),
            ],
            options={
                "verbose_name": "erasure of a person",
                "indexes": [models.Index(fields=["-asked_at", "-id"], name="erasure_list")],
            },
        ),
    ]
