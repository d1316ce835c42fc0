"""The pages of notifications, at /notifications/."""

from django.urls import path

from triptych.core_crm.notifications import views

app_name = "notifications"
urlpatterns = [
    path("", views.index, name="index"),
    path("count/", views.count, name="count"),
    path("read/", views.read_all, name="read_all"),
    path("people/", views.people, name="people"),
    path("settings/", views.settings, name="settings"),
    path("<uuid:pk>/read/", views.read_one, name="read"),
    path("<uuid:pk>/unread/", views.unread_one, name="unread"),
]
