from django.db import migrations, models

import triptych.platform.ids


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="PluginFailure",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=triptych.platform.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("tenant_id", models.UUIDField(null=True)),
                ("plugin", models.CharField(max_length=40)),
                ("hook", models.CharField(max_length=100)),
                ("error", models.CharField(max_length=500)),
                ("count", models.PositiveBigIntegerField()),
                ("first_at", models.DateTimeField()),
                ("last_at", models.DateTimeField(db_index=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant_id", "plugin", "hook"), name="plugin_failure_once", nulls_distinct=False
                    )
                ],
            },
        ),
    ]
