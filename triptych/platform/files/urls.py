"""Addresses of files."""

from django.urls import path

from triptych.platform.files import views

app_name = "files"
urlpatterns = [
    path("<uuid:pk>/", views.download, name="download"),
    path("<uuid:pk>/delete/", views.delete, name="delete"),
    path("<uuid:pk>/restore/", views.restore, name="restore"),
]
