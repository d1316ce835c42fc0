from django.apps import AppConfig


class SamplesConfig(AppConfig):
    name = "triptych.core_crm.samples"
    label = "samples"
