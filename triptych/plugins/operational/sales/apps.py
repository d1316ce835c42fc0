from django.apps import AppConfig


class SalesConfig(AppConfig):
    name = "triptych.plugins.operational.sales"
    label = "sales"
    verbose_name = "Sales"
