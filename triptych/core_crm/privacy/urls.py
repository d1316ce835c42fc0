"""What is known of a person, at /settings/privacy/."""

from django.urls import path

from triptych.core_crm.privacy import consent_views, retention_views, views

app_name = "privacy"
urlpatterns = [
    path("", views.index, name="index"),
    path("of/<str:kind>/<uuid:pk>/", views.of_record, name="of_record"),
    path("export/", views.begin_dossier, name="begin_dossier"),
    path("erase/", views.erase, name="erase"),
    path("dossiers/<uuid:pk>/", views.dossier_page, name="dossier"),
    path("dossiers/<uuid:pk>/download/", views.download, name="download"),
    path("fetch/<str:pass_text>/", views.fetch, name="fetch"),
    path("receipts/<uuid:pk>/", views.receipt, name="receipt"),
    path("jobs/<str:what>/<uuid:pk>/progress/", views.progress, name="progress"),
    path("jobs/<str:what>/<uuid:pk>/cancel/", views.cancel, name="cancel"),
    path("consents/<str:kind>/<uuid:pk>/new/", consent_views.record, name="record_consent"),
    path("consents/<str:kind>/<uuid:pk>/", consent_views.history, name="consents"),
    path("retention/", retention_views.index, name="retention"),
    path("retention/<uuid:pk>/", retention_views.rule, name="retention_rule"),
    path("retention/<uuid:pk>/switch/", retention_views.switch, name="switch_rule"),
    path("retention/<uuid:pk>/delete/", retention_views.delete, name="delete_rule"),
    path("purposes/", consent_views.purposes, name="purposes"),
    path("purposes/<uuid:pk>/", consent_views.edit_purpose, name="edit_purpose"),
    path("purposes/<uuid:pk>/delete/", consent_views.delete_purpose, name="delete_purpose"),
]
