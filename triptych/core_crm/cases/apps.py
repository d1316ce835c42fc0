from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "triptych.core_crm.cases"
    label = "cases"
