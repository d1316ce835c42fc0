from django.apps import AppConfig


class LiveConfig(AppConfig):
    name = "triptych.core_crm.live"
    label = "live"
