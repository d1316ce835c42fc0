from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("imports", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="import",
            name="is_part",
            field=models.BooleanField(default=False, help_text="Whether its rows hold other objects, too."),
        ),
        migrations.AddField(
            model_name="import",
            name="overwrite",
            field=models.JSONField(default=dict, help_text="Field → when an update writes it, where not always."),
        ),
        migrations.AddField(
            model_name="import",
            name="place",
            field=models.PositiveSmallIntegerField(default=0, help_text="Within the upload, as it was given."),
        ),
        migrations.AddField(
            model_name="import",
            name="upload_id",
            field=models.UUIDField(db_index=True, help_text="Shared by what was given together.", null=True),
        ),
    ]
