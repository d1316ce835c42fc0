"""The pages of custom fields, at /settings/fields/."""

from django.urls import path

from triptych.core_crm.custom_fields import views

app_name = "custom_fields"
urlpatterns = [
    path("", views.index, name="index"),
    path("new/", views.create, name="create"),
    path("<uuid:pk>/", views.edit, name="edit"),
    path("<uuid:pk>/move/", views.move, name="move"),
    path("<uuid:pk>/delete/", views.delete, name="delete"),
    path("<uuid:pk>/restore/", views.restore, name="restore"),
]
