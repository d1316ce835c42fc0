"""Addresses of teams, below /settings/teams/."""

from django.urls import path

from triptych.core_crm.rights.views import teams

app_name = "teams"
urlpatterns = [
    path("", teams.index, name="index"),
    path("new/", teams.create, name="create"),
    path("<uuid:pk>/", teams.edit, name="edit"),
    path("<uuid:pk>/delete/", teams.delete, name="delete"),
    path("<uuid:pk>/people/", teams.add, name="add"),
    path("<uuid:pk>/people/<uuid:member_pk>/remove/", teams.remove, name="remove"),
]
