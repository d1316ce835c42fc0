from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "triptych.core_crm.notifications"
    label = "notifications"
