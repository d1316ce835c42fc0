from django.apps import AppConfig


class AuditPagesConfig(AppConfig):
    name = "triptych.core_crm.audit"
    label = "audit_pages"
