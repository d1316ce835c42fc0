"""Addresses of companies, under /companies/."""

from django.urls import path

from triptych.core_crm.contacts.views import companies

app_name = "companies"
urlpatterns = [
    path("", companies.index, name="index"),
    path("new/", companies.create, name="create"),
    path("pick/", companies.pick, name="pick"),
    path("export/", companies.export, name="export"),
    path("bulk/<slug:act>/", companies.bulk, name="bulk"),
    path("<uuid:pk>/", companies.detail, name="detail"),
    path("<uuid:pk>/edit/", companies.edit, name="edit"),
    path("<uuid:pk>/facts/<slug:name>/", companies.fact, name="fact"),
    path("<uuid:pk>/delete/", companies.delete, name="delete"),
    path("<uuid:pk>/restore/", companies.restore, name="restore"),
    path("<uuid:pk>/files/", companies.files, name="files"),
]
