"""The pages of what came by mail, at /settings/mail/."""

from django.urls import path

from triptych.core_crm.mail import views

app_name = "mail"
urlpatterns = [
    path("", views.index, name="index"),
    path("<uuid:pk>/try/", views.try_again, name="try_again"),
    path("<uuid:pk>/download/", views.download, name="download"),
]
