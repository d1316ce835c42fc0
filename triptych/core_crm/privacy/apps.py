from django.apps import AppConfig


class PrivacyConfig(AppConfig):
    name = "triptych.core_crm.privacy"
    label = "privacy"
