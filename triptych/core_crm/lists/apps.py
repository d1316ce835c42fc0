from django.apps import AppConfig


class ListsConfig(AppConfig):
    """Lists of records, and acts on many of them."""

    name = "triptych.core_crm.lists"
    label = "lists"
