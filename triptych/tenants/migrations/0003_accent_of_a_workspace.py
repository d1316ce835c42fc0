from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tenants", "0002_fields_stamp"),
    ]

    operations = [
        migrations.AddField(
            model_name="tenant",
            name="accent",
            field=models.CharField(
                blank=True, default="", help_text="Its colour as #rrggbb; empty for Triptych's own.", max_length=7
            ),
        ),
    ]
