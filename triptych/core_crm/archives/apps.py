from django.apps import AppConfig


class ArchivesConfig(AppConfig):
    name = "triptych.core_crm.archives"
    label = "archives"
