"""The public host: what strangers see before they have a workspace, and the sign-in and console of operators."""

from django.urls import URLPattern, include, path
from django.views.generic import RedirectView

from triptych.tenants import public_views
from triptych.tenants.operators import signed_in_operator
from triptych.tenants.sign_in_urls import ones_own, ways_in


def for_operators(pattern: URLPattern) -> URLPattern:
    """The same address and name, for operators alone: no middleware of members guards the bare host."""
    return URLPattern(pattern.pattern, signed_in_operator(pattern.callback), pattern.default_args, pattern.name)


urlpatterns = [
    path("", public_views.front, name="front"),
    path("signup/", public_views.sign_up, name="sign_up"),
    path("signup/address/", public_views.address, name="sign_up_address"),
    path("find-workspace/", public_views.find_workspace, name="find_workspace"),
    *ways_in,
    *map(for_operators, ones_own),
    path("settings/", signed_in_operator(RedirectView.as_view(pattern_name="mfa_index"))),
    path("operator/", include("triptych.graphql.operator.urls")),
]

handler400 = "triptych.platform.web.errors.bad_request"
handler403 = "triptych.platform.web.errors.forbidden"
handler404 = "triptych.platform.web.errors.not_found"
handler500 = "triptych.platform.web.errors.server_error"
