from django.apps import AppConfig


class DuplicatesConfig(AppConfig):
    name = "triptych.core_crm.duplicates"
    label = "duplicates"
