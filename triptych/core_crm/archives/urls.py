"""The export of everything, at /settings/archive/."""

from django.urls import path

from triptych.core_crm.archives import views

app_name = "archives"
urlpatterns = [
    path("", views.page, name="page"),
    path("begin/", views.begin, name="begin"),
    path("in/", views.bring, name="bring"),
    path("in/<uuid:pk>/progress/", views.bring_progress, name="bring-progress"),
    path("in/<uuid:pk>/cancel/", views.bring_cancel, name="bring-cancel"),
    path("fetch/<str:pass_text>/", views.fetch, name="fetch"),
    path("<uuid:pk>/progress/", views.progress, name="progress"),
    path("<uuid:pk>/cancel/", views.cancel, name="cancel"),
    path("<uuid:pk>/download/", views.download, name="download"),
]
