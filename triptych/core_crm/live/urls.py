"""What the process of streams serves, at /live/."""

from django.urls import path

from triptych.core_crm.live import views
from triptych.graphql.subscriptions import subscribe

app_name = "live"
urlpatterns = [
    path("", views.page, name="page"),
    path("graphql/", subscribe, name="graphql"),
]
