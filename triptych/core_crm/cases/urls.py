"""The pages of cases, at /cases/."""

from django.urls import path

from triptych.core_crm.cases.views import conversation, merging, records

app_name = "cases"
urlpatterns = [
    path("", records.index, name="index"),
    path("export/", records.export, name="export"),
    path("bulk/<slug:act>/", records.bulk, name="bulk"),
    path("pick/", records.pick, name="pick"),
    path("new/", records.create, name="create"),
    path("<uuid:pk>/", records.detail, name="detail"),
    path("<uuid:pk>/edit/", records.edit, name="edit"),
    path("<uuid:pk>/facts/<slug:name>/", records.fact, name="fact"),
    path("<uuid:pk>/files/", records.files, name="files"),
    path("<uuid:pk>/delete/", records.delete, name="delete"),
    path("<uuid:pk>/restore/", records.restore, name="restore"),
    path("<uuid:pk>/status/", conversation.change_status, name="status"),
    path("<uuid:pk>/take/", conversation.take, name="take"),
    path("<uuid:pk>/merge/", merging.merge, name="merge"),
    path("<uuid:pk>/unmerge/", merging.unmerge, name="unmerge"),
    path("<uuid:pk>/rejoin/", merging.rejoin, name="rejoin"),
    path("<uuid:pk>/requester/", conversation.requester, name="requester"),
    path("messages/<uuid:pk>/split/", merging.split, name="split"),
    path("<uuid:pk>/earlier/", conversation.earlier, name="earlier"),
    path("<uuid:pk>/say/<slug:what>/", conversation.say, name="say"),
    path("messages/<uuid:pk>/send-again/", conversation.send_again, name="send_again"),
]
