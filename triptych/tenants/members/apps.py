from django.apps import AppConfig


class MembersConfig(AppConfig):
    name = "triptych.tenants.members"
    label = "members"
