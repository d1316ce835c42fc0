"""The pages of queues, at /settings/queues/."""

from django.urls import path

from triptych.core_crm.cases.views import queues

app_name = "queues"
urlpatterns = [
    path("", queues.index, name="index"),
    path("new/", queues.create, name="create"),
    path("<uuid:pk>/edit/", queues.edit, name="edit"),
    path("<uuid:pk>/move/", queues.move, name="move"),
    path("<uuid:pk>/default/", queues.make_default, name="make_default"),
    path("<uuid:pk>/retire/", queues.retire, name="retire"),
    path("<uuid:pk>/take-back/", queues.take_back, name="take_back"),
    path("<uuid:pk>/delete/", queues.delete, name="delete"),
    path("<uuid:pk>/restore/", queues.restore, name="restore"),
]
