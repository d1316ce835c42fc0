from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("custom_fields", "0003_formulas_and_rollups"),
    ]

    operations = [
        migrations.AddField(
            model_name="customfield",
            name="asked_count",
            field=models.PositiveIntegerField(
                default=0, editable=False, help_text="How often lists were filtered or ordered by it."
            ),
        ),
        migrations.AddField(
            model_name="customfield",
            name="is_indexed",
            field=models.BooleanField(default=False, editable=False),
        ),
    ]
