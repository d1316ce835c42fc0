"""The pages of exchange rates, at /settings/exchange-rates/."""

from django.urls import path

from triptych.core_crm.deals.views import rates

app_name = "rates"
urlpatterns = [
    path("", rates.index, name="index"),
    path("<uuid:pk>/delete/", rates.delete, name="delete"),
]
