"""The pages of the import, at /import/."""

from django.urls import path

from triptych.core_crm.imports.views import flow, past

app_name = "imports"
urlpatterns = [
    path("", flow.index, name="index"),
    path("<uuid:pk>/", past.detail, name="detail"),
    path("<uuid:pk>/columns/", flow.columns, name="columns"),
    path("<uuid:pk>/object/", flow.choose_object, name="object"),
    path("<uuid:pk>/check/", flow.check, name="check"),
    path("<uuid:pk>/decide/", flow.decide, name="decide"),
    path("<uuid:pk>/begin/", flow.begin, name="begin"),
    path("<uuid:pk>/discard/", flow.discard, name="discard"),
    path("<uuid:pk>/progress/", past.progress, name="progress"),
    path("<uuid:pk>/cancel/", past.cancel, name="cancel"),
    path("<uuid:pk>/resume/", past.resume, name="resume"),
    path("<uuid:pk>/undo/", past.undo, name="undo"),
    path("<uuid:pk>/rejected/", past.rejected, name="rejected"),
    path("<uuid:pk>/doubtful/", past.doubtful, name="doubtful"),
]
