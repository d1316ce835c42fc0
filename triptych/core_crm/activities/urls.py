"""The pages of activities, at /activities/."""

from django.urls import path

from triptych.core_crm.activities import timeline_views, views

app_name = "activities"
urlpatterns = [
    path("", views.index, name="index"),
    path("export/", views.export, name="export"),
    path("bulk/<slug:act>/", views.bulk, name="bulk"),
    path("pick/", views.pick, name="pick"),
    path("new/", views.create, name="create"),
    path("on/<slug:kind>/<uuid:object_id>/", timeline_views.of_record, name="of_record"),
    path("on/<slug:kind>/<uuid:object_id>/<slug:verb>/", timeline_views.compose, name="compose"),
    path("<uuid:pk>/", views.detail, name="detail"),
    path("<uuid:pk>/edit/", views.edit, name="edit"),
    path("<uuid:pk>/complete/", views.complete, name="complete"),
    path("<uuid:pk>/reopen/", views.reopen, name="reopen"),
    path("<uuid:pk>/delete/", views.delete, name="delete"),
    path("<uuid:pk>/restore/", views.restore, name="restore"),
]
