from django.apps import AppConfig


class CalendarConfig(AppConfig):
    name = "triptych.core_crm.calendar"
    label = "calendar"
