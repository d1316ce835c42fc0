import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tenants", "0003_accent_of_a_workspace"),
    ]

    operations = [
        migrations.AlterField(
            model_name="session",
            name="created_at",
            field=models.DateTimeField(help_text="When somebody signed in with it."),
        ),
        migrations.AddField(
            model_name="session",
            name="last_used_at",
            field=models.DateTimeField(default=django.utils.timezone.now, help_text="To within some minutes."),
            preserve_default=False,
        ),
    ]
