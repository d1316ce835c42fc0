from django.apps import AppConfig


class DealsConfig(AppConfig):
    name = "triptych.core_crm.deals"
    label = "deals"
