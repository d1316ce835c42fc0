from django.urls import path

from triptych.core_crm.audit import views

app_name = "audit"
urlpatterns = [
    path("restore/<uuid:entry_id>/", views.restore, name="restore"),
    path("<slug:kind>/<uuid:object_id>/", views.of_record, name="of_record"),
]
