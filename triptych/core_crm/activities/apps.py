from django.apps import AppConfig


class ActivitiesConfig(AppConfig):
    name = "triptych.core_crm.activities"
    label = "activities"
