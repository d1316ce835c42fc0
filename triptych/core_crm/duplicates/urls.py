"""Addresses of merging, under /duplicates/."""

from django.urls import path

from triptych.core_crm.duplicates import pair_views, views

app_name = "duplicates"
urlpatterns = [
    path("", pair_views.index, name="index"),
    path("pairs/<uuid:pk>/distinct/", pair_views.distinct, name="distinct"),
    path("<slug:kind>/search/", pair_views.search, name="search"),
    path("<slug:kind>/progress/", pair_views.progress, name="progress"),
    path("<slug:kind>/cancel/", pair_views.cancel, name="cancel"),
    path("<slug:kind>/alike/", views.alike, name="alike"),
    path("<slug:kind>/<uuid:pk>/", views.of_record, name="of_record"),
    path("<slug:kind>/<uuid:pk>/unmerge/", views.unmerge, name="unmerge"),
    path("<slug:kind>/<uuid:pk>/<uuid:other>/", views.merge, name="merge"),
]
