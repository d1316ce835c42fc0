"""The pages of competitors, at /deals/competitors/."""

from django.urls import path

from triptych.core_crm.deals.views import competitors

app_name = "competitors"
urlpatterns = [
    path("", competitors.index, name="index"),
    path("new/", competitors.create, name="create"),
    path("pick/", competitors.pick, name="pick"),
    path("<uuid:pk>/", competitors.edit, name="edit"),
    path("<uuid:pk>/delete/", competitors.delete, name="delete"),
]
