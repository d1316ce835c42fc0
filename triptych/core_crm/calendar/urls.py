"""The pages of business calendars, at /settings/working-hours/."""

from django.urls import path

from triptych.core_crm.calendar import views

app_name = "working_hours"
urlpatterns = [
    path("", views.index, name="index"),
    path("new/", views.create, name="create"),
    path("day/<str:choice>/", views.day, name="day"),
    path("regions/", views.regions, name="regions"),
    path("<uuid:pk>/", views.edit, name="edit"),
    path("<uuid:pk>/default/", views.make_default, name="make_default"),
    path("<uuid:pk>/delete/", views.delete, name="delete"),
    path("<uuid:pk>/days/", views.add_days, name="add_days"),
    path("<uuid:pk>/days/remove/", views.remove_day, name="remove_day"),
]
