"""The pages of pipelines, at /settings/pipelines/."""

from django.urls import path

from triptych.core_crm.deals.views import pipelines

app_name = "pipelines"
urlpatterns = [
    path("", pipelines.index, name="index"),
    path("new/", pipelines.create, name="create"),
    path("<uuid:pk>/rename/", pipelines.rename, name="rename"),
    path("<uuid:pk>/default/", pipelines.make_default, name="make_default"),
    path("<uuid:pk>/retire/", pipelines.retire, name="retire"),
    path("<uuid:pk>/take-back/", pipelines.take_back, name="take_back"),
    path("<uuid:pk>/delete/", pipelines.delete, name="delete"),
    path("<uuid:pk>/move/", pipelines.move, name="move"),
    path("<uuid:pk>/order/", pipelines.reorder, name="reorder"),
    path("<uuid:pk>/stages/new/", pipelines.create_stage, name="create_stage"),
    path("stages/<uuid:pk>/", pipelines.edit_stage, name="edit_stage"),
    path("stages/<uuid:pk>/move/", pipelines.move_stage, name="move_stage"),
    path("stages/<uuid:pk>/remove/", pipelines.remove_stage, name="remove_stage"),
]
