"""`/graphiql/`: the API by hand, for signed-in members, from npm's files under the strict policy of every page."""

from csp.constants import NONCE
from csp.decorators import csp_update
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET


@require_GET
@csp_update({"style-src": [NONCE]})  # its dialogs make a style element, which bears the page's nonce
def graphiql(request: HttpRequest) -> HttpResponse:
    return render(request, "graphql/graphiql.html")
