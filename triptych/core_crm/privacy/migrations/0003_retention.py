import django.contrib.postgres.fields
import django.core.validators
from django.db import migrations, models

import triptych.platform.ids


class Migration(migrations.Migration):
    dependencies = [
        ("privacy", "0002_consents"),
    ]

    operations = [
        migrations.CreateModel(
            name="RetentionRule",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=triptych.platform.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("contact", "Contacts"), ("lead", "Leads"), ("case", "Cases")],
                        max_length=10,
                        verbose_name="records",
                    ),
                ),
                (
                    "condition",
                    models.CharField(
                        choices=[
                            ("idle", "Nothing has happened with them"),
                            ("closed", "Closed or given up"),
                            ("deleted", "In the bin"),
                        ],
                        max_length=10,
                        verbose_name="when",
                    ),
                ),
                (
                    "age",
                    models.PositiveSmallIntegerField(
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(1200),
                        ],
                        verbose_name="how long",
                    ),
                ),
                (
                    "unit",
                    models.CharField(
                        choices=[("days", "Days"), ("months", "Months")],
                        default="months",
                        max_length=6,
                        verbose_name="unit",
                    ),
                ),
                (
                    "act",
                    models.CharField(
                        choices=[("bin", "Put them into the bin"), ("erase", "Erase them for good")],
                        max_length=5,
                        verbose_name="what then",
                    ),
                ),
                ("is_active", models.BooleanField(default=False, verbose_name="on")),
                ("created_at", models.DateTimeField()),
                ("last_run_at", models.DateTimeField(null=True)),
                (
                    "last_count",
                    models.PositiveIntegerField(default=0, help_text="Records that the last run dealt with."),
                ),
            ],
            options={
                "verbose_name": "retention rule",
            },
        ),
        migrations.AddField(
            model_name="erasure",
            name="records",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.UUIDField(),
                default=list,
                help_text="Keys of the contacts, leads, cases left blank.",
                size=None,
            ),
        ),
    ]
