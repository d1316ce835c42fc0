from django.urls import path

from triptych.core_crm.samples import views

app_name = "samples"
urlpatterns = [
    path("", views.page, name="page"),
    path("add/", views.add, name="add"),
    path("remove/", views.remove, name="remove"),
]
