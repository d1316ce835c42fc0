"""Addresses of saved views, under /views/."""

from django.urls import path

from triptych.core_crm.lists import view_pages as pages

app_name = "views"
urlpatterns = [
    path("<slug:kind>/conditions/", pages.conditions, name="conditions"),
    path("<slug:kind>/new/", pages.create, name="create"),
    path("<uuid:pk>/", pages.opened, name="open"),
    path("<uuid:pk>/edit/", pages.edit, name="edit"),
    path("<uuid:pk>/delete/", pages.delete, name="delete"),
    path("<uuid:pk>/restore/", pages.restore, name="restore"),
    path("<uuid:pk>/duplicate/", pages.duplicate, name="duplicate"),
    path("<uuid:pk>/pin/", pages.pin, name="pin"),
    path("<uuid:pk>/default/", pages.default, name="default"),
]
