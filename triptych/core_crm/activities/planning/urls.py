"""The pages of the calendar, at /calendar/."""

from django.urls import path

from triptych.core_crm.activities.planning import outside_views, views

app_name = "calendar"
urlpatterns = [
    path("", views.index, name="index"),
    path("new/", views.create, name="create"),
    path("subscribe/", outside_views.subscribe, name="subscribe"),
    path("subscribe/new/", outside_views.create_address, name="create_address"),
    path("subscribe/revoke/", outside_views.revoke_address, name="revoke_address"),
    path("feed/<str:secret>.ics", outside_views.feed, name="feed"),
    path("invitation/<str:token>/", outside_views.invitation, name="invitation"),
    path("call/<slug:kind>/<uuid:object_id>/", outside_views.log_call, name="log_call"),
    path("<uuid:pk>/", views.show, name="show"),
    path("<uuid:pk>/move/", views.move, name="move"),
    path("<uuid:pk>/move/back/", views.move_back, name="move_back"),
    path("<uuid:pk>/delete/", views.delete, name="delete"),
    path("<uuid:pk>/restore/", views.restore, name="restore"),
    path("<uuid:pk>/answer/", views.answer, name="answer"),
]
