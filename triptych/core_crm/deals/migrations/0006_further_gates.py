import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("deals", "0005_competitors_and_lost_reasons"),
    ]

    operations = [
        migrations.AddField(
            model_name="stage",
            name="further_gates",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=100),
                blank=True,
                default=list,
                help_text="Names of what own fields and plugins bring; one that nobody brings any more is not asked.",
                size=None,
                verbose_name="also needed to enter",
            ),
        ),
    ]
