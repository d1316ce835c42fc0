from django.apps import AppConfig


class ImportsConfig(AppConfig):
    name = "triptych.core_crm.imports"
    label = "imports"
    verbose_name = "Import"
