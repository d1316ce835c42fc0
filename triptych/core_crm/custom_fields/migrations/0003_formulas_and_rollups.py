from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("custom_fields", "0002_only_what_is_used"),
    ]

    operations = [
        migrations.AddField(
            model_name="customfield",
            name="expression",
            field=models.TextField(blank=True, verbose_name="formula"),
        ),
        migrations.AddField(
            model_name="customfield",
            name="result",
            field=models.CharField(blank=True, editable=False, max_length=10, verbose_name="result"),
        ),
        migrations.AddField(
            model_name="customfield",
            name="rollup",
            field=models.JSONField(blank=True, default=dict, verbose_name="rollup"),
        ),
        migrations.AlterField(
            model_name="customfield",
            name="kind",
            field=models.CharField(
                choices=[
                    ("text", "Text"),
                    ("long_text", "Long text"),
                    ("number", "Number"),
                    ("money", "Money"),
                    ("date", "Date"),
                    ("datetime", "Date and time"),
                    ("choice", "Choice"),
                    ("choices", "Several choices"),
                    ("boolean", "Yes or no"),
                    ("url", "Web address"),
                    ("record", "Link to a record"),
                    ("formula", "Formula"),
                    ("rollup", "Rollup"),
                ],
                max_length=10,
                verbose_name="kind",
            ),
        ),
    ]
