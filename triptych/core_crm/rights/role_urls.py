"""Addresses of roles, below /settings/roles/."""

from django.urls import path

from triptych.core_crm.rights.views import roles

app_name = "roles"
urlpatterns = [
    path("", roles.index, name="index"),
    path("new/", roles.create, name="create"),
    path("built-in/<slug:code>/", roles.built_in, name="built_in"),
    path("<uuid:pk>/", roles.edit, name="edit"),
    path("<uuid:pk>/delete/", roles.delete, name="delete"),
]
