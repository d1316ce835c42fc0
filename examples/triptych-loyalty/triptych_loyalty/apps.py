from django.apps import AppConfig


class LoyaltyConfig(AppConfig):
    name = "triptych_loyalty"
    label = "loyalty"
