"""Addresses of contacts, under /contacts/."""

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from triptych.core_crm.contacts.views import contacts, links


class LinkAct(StringConverter):
    regex = "primary|end|remove"


register_converter(LinkAct, "link_act")

app_name = "contacts"
urlpatterns = [
    path("", contacts.index, name="index"),
    path("new/", contacts.create, name="create"),
    path("pick/", contacts.pick, name="pick"),
    path("export/", contacts.export, name="export"),
    path("bulk/<slug:act>/", contacts.bulk, name="bulk"),
    path("<uuid:pk>/", contacts.detail, name="detail"),
    path("<uuid:pk>/edit/", contacts.edit, name="edit"),
    path("<uuid:pk>/facts/<slug:name>/", contacts.fact, name="fact"),
    path("<uuid:pk>/delete/", contacts.delete, name="delete"),
    path("<uuid:pk>/restore/", contacts.restore, name="restore"),
    path("<uuid:pk>/files/", contacts.files, name="files"),
    path("<uuid:pk>/companies/add/", links.add, name="add_company"),
    path("<uuid:pk>/companies/<uuid:company>/<link_act:act>/", links.change, name="change_company"),
]
