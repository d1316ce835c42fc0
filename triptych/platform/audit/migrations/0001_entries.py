from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Entry",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                ("table", models.CharField(max_length=63)),
                ("about", models.UUIDField(null=True)),
                (
                    "act",
                    models.CharField(
                        choices=[("created", "Created"), ("changed", "Changed"), ("removed", "Removed")], max_length=8
                    ),
                ),
                ("before", models.JSONField(default=dict)),
                ("after", models.JSONField(default=dict)),
                ("member_id", models.UUIDField(null=True)),
                ("actor", models.JSONField(default=dict)),
            ],
            options={
                "db_table": "audit_entry",
                "indexes": [
                    models.Index(
                        models.F("about"),
                        models.OrderBy(models.F("at"), descending=True),
                        models.OrderBy(models.F("id"), descending=True),
                        name="audit_of_record",
                    ),
                    models.Index(
                        models.F("member_id"),
                        models.OrderBy(models.F("at"), descending=True),
                        models.OrderBy(models.F("id"), descending=True),
                        name="audit_of_member",
                    ),
                    models.Index(
                        models.OrderBy(models.F("at"), descending=True),
                        models.OrderBy(models.F("id"), descending=True),
                        name="audit_log",
                    ),
                ],
            },
        ),
    ]
