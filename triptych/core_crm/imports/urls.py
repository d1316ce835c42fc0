"""The pages of the import, at /import/."""

from django.urls import path

from triptych.core_crm.imports.views import flow, past, together

app_name = "imports"
urlpatterns = [
    path("", flow.index, name="index"),
    path("together/<uuid:pk>/", together.upload, name="upload"),
    path("together/<uuid:pk>/check/", together.check, name="upload-check"),
    path("together/<uuid:pk>/begin/", together.begin, name="upload-begin"),
    path("together/<uuid:pk>/discard/", together.discard, name="upload-discard"),
    path("<uuid:pk>/split/", together.split, name="split"),
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
