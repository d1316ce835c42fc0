"""Addresses of leads, under /leads/."""

from django.urls import path

from triptych.core_crm.leads.views import conversion, leads

app_name = "leads"
urlpatterns = [
    path("", leads.index, name="index"),
    path("pick/", leads.pick, name="pick"),
    path("new/", leads.create, name="create"),
    path("export/", leads.export, name="export"),
    path("bulk/<slug:act>/", leads.bulk, name="bulk"),
    path("<uuid:pk>/", leads.detail, name="detail"),
    path("<uuid:pk>/edit/", leads.edit, name="edit"),
    path("<uuid:pk>/facts/<slug:name>/", leads.fact, name="fact"),
    path("<uuid:pk>/delete/", leads.delete, name="delete"),
    path("<uuid:pk>/restore/", leads.restore, name="restore"),
    path("<uuid:pk>/files/", leads.files, name="files"),
    path("<uuid:pk>/dead/", leads.dead, name="dead"),
    path("<uuid:pk>/recycle/", leads.recycle, name="recycle"),
    path("<uuid:pk>/convert/", conversion.convert, name="convert"),
    path("<uuid:pk>/unconvert/", conversion.unconvert, name="unconvert"),
]
