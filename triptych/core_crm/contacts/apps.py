from django.apps import AppConfig


class ContactsConfig(AppConfig):
    name = "triptych.core_crm.contacts"
    label = "contacts"
