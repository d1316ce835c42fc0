"""The public host: what strangers see before they have a workspace."""

from django.urls import include, path

from triptych.tenants import public_views

urlpatterns = [
    path("", public_views.front, name="front"),
    path("signup/", public_views.sign_up, name="sign_up"),
    path("signup/address/", public_views.address, name="sign_up_address"),
    path("find-workspace/", public_views.find_workspace, name="find_workspace"),
    path("operator/graphql/", include("triptych.graphql.operator.urls")),
]

handler400 = "triptych.platform.web.errors.bad_request"
handler403 = "triptych.platform.web.errors.forbidden"
handler404 = "triptych.platform.web.errors.not_found"
handler500 = "triptych.platform.web.errors.server_error"
