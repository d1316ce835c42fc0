from django.apps import AppConfig


class SearchConfig(AppConfig):
    name = "triptych.platform.search"
    label = "search"
