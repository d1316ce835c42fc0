from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0002_roles_of_the_workspace"),
    ]

    operations = [
        migrations.AddField(
            model_name="member",
            name="language",
            field=models.CharField(blank=True, default="", help_text="Empty: the workspace's.", max_length=10),
            preserve_default=False,
        ),
    ]
