from django.apps import AppConfig


class ListsConfig(AppConfig):
    """No models: templates and tags of the list pages."""

    name = "triptych.core_crm.lists"
    label = "lists"
