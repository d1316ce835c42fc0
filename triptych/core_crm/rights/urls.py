"""Addresses of sharing and of “Why?”, below /access/."""

from django.urls import path

from triptych.core_crm.rights.views import records

app_name = "access"
urlpatterns = [
    path("shares/<uuid:pk>/remove/", records.unshare, name="unshare"),
    path("people/<uuid:pk>/", records.of_member, name="member"),
    path("<slug:kind>/<uuid:pk>/why/", records.why, name="why"),
    path("<slug:kind>/<uuid:pk>/share/", records.share, name="share"),
]
