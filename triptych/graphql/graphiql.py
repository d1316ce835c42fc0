"""`/graphiql/`: the API by hand, for signed-in members, from npm's files under the strict policy of every page."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from triptych.tenants.routing import TenantRequest


@require_GET
def graphiql(request: TenantRequest) -> HttpResponse:
    return render(request, "graphql/graphiql.html")
