"""Addresses of acts on many records, under /acts/."""

from django.urls import path

from triptych.core_crm.lists import act_views

app_name = "acts"
urlpatterns = [
    path("", act_views.index, name="index"),
    path("<uuid:pk>/", act_views.detail, name="detail"),
    path("<uuid:pk>/progress/", act_views.progress, name="progress"),
    path("<uuid:pk>/undo/", act_views.undo, name="undo"),
    path("<uuid:pk>/cancel/", act_views.cancel, name="cancel"),
]
