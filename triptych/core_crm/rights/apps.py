from django.apps import AppConfig


class RightsConfig(AppConfig):
    name = "triptych.core_crm.rights"
    label = "rights"
