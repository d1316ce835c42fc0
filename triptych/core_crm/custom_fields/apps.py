from django.apps import AppConfig


class CustomFieldsConfig(AppConfig):
    name = "triptych.core_crm.custom_fields"
    label = "custom_fields"
