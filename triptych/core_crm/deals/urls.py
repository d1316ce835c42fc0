"""The pages of deals, at /deals/."""

from django.urls import path

from triptych.core_crm.deals.views import board, competitors, moves, people, records

app_name = "deals"
urlpatterns = [
    path("", board.index, name="index"),
    path("export/", board.export, name="export"),
    path("bulk/<slug:act>/", board.bulk, name="bulk"),
    path("pick/", records.pick, name="pick"),
    path("new/", records.create, name="create"),
    path("<uuid:pk>/", records.detail, name="detail"),
    path("<uuid:pk>/edit/", records.edit, name="edit"),
    path("<uuid:pk>/facts/<slug:name>/", records.fact, name="fact"),
    path("<uuid:pk>/move/", moves.move, name="move"),
    path("<uuid:pk>/reopen/", moves.reopen, name="reopen"),
    path("<uuid:pk>/delete/", records.delete, name="delete"),
    path("<uuid:pk>/restore/", records.restore, name="restore"),
    path("<uuid:pk>/files/", records.files, name="files"),
    path("<uuid:pk>/competitors/", competitors.add_to_deal, name="competitors"),
    path("<uuid:pk>/competitors/<uuid:competitor_pk>/remove/", competitors.remove_from_deal, name="remove_competitor"),
    path("<uuid:pk>/people/", people.add, name="people"),
    path("<uuid:pk>/people/<uuid:contact_pk>/remove/", people.remove, name="remove_person"),
]
