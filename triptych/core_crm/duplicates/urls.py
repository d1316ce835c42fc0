"""Addresses of merging, under /duplicates/."""

from django.urls import path

from triptych.core_crm.duplicates import views

app_name = "duplicates"
urlpatterns = [
    path("<slug:kind>/alike/", views.alike, name="alike"),
    path("<slug:kind>/<uuid:pk>/", views.of_record, name="of_record"),
    path("<slug:kind>/<uuid:pk>/unmerge/", views.unmerge, name="unmerge"),
    path("<slug:kind>/<uuid:pk>/<uuid:other>/", views.merge, name="merge"),
]
