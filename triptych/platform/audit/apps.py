from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "triptych.platform.audit"
    label = "audit"
