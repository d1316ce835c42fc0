from django.apps import AppConfig


class EventsConfig(AppConfig):
    name = "triptych.platform.events"
    label = "events"
