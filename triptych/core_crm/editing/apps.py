from django.apps import AppConfig


class EditingConfig(AppConfig):
    """No models: forms, widgets and templates for editing records."""

    name = "triptych.core_crm.editing"
    label = "editing"
