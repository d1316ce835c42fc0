from django.urls import path

from triptych_loyalty import views

urlpatterns = [
    path("", views.accounts, name="accounts"),
    path("<uuid:contact_id>/", views.adjust, name="adjust"),
]
