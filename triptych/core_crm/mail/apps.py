from django.apps import AppConfig


class MailConfig(AppConfig):
    name = "triptych.core_crm.mail"
    label = "mail"
