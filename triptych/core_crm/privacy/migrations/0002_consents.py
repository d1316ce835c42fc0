import django.db.models.deletion
import django.db.models.functions.text
from django.db import migrations, models

import triptych.platform.ids


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0002_roles_of_the_workspace"),
        ("privacy", "0001_erasures"),
    ]

    operations = [
        migrations.CreateModel(
            name="Purpose",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=triptych.platform.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("name", models.CharField(max_length=80, verbose_name="name")),
                ("description", models.CharField(blank=True, max_length=500, verbose_name="what people are told")),
                ("is_active", models.BooleanField(default=True, verbose_name="in use")),
            ],
            options={
                "verbose_name": "purpose of a consent",
                "constraints": [
                    models.UniqueConstraint(django.db.models.functions.text.Lower("name"), name="purpose_name_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Consent",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=triptych.platform.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("kind", models.CharField(help_text="Of the record: contact or lead.", max_length=40)),
                ("object_id", models.UUIDField()),
                (
                    "channel",
                    models.CharField(
                        choices=[
                            ("email", "Email"),
                            ("phone", "Phone"),
                            ("sms", "Text message"),
                            ("post", "Letter"),
                            ("any", "Any channel"),
                        ],
                        default="any",
                        max_length=10,
                        verbose_name="channel",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("given", "Given"), ("withdrawn", "Withdrawn")], max_length=10, verbose_name="state"
                    ),
                ),
                (
                    "basis",
                    models.CharField(
                        choices=[
                            ("consent", "Consent"),
                            ("contract", "Contract"),
                            ("legal_obligation", "Legal obligation"),
                            ("vital_interest", "Vital interest"),
                            ("public_task", "Public task"),
                            ("legitimate_interest", "Legitimate interest"),
                        ],
                        default="consent",
                        max_length=20,
                        verbose_name="lawful basis",
                    ),
                ),
                (
                    "source",
                    models.CharField(
                        help_text="How one knows: a form, a call, a letter.", max_length=200, verbose_name="source"
                    ),
                ),
                ("at", models.DateTimeField(verbose_name="when")),
                ("created_at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="members.member",
                        verbose_name="recorded by",
                    ),
                ),
                (
                    "purpose",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="consents",
                        to="privacy.purpose",
                        verbose_name="purpose",
                    ),
                ),
            ],
            options={
                "verbose_name": "consent",
                "indexes": [models.Index(fields=["object_id", "-at", "-id"], name="consent_of_record")],
            },
        ),
    ]
