from django.apps import AppConfig


class LeadsConfig(AppConfig):
    name = "triptych.core_crm.leads"
    label = "leads"
