"""The API, the files it leads to, the page to try it, and the page of tokens."""

from django.urls import path

from triptych.graphql.door import graphql
from triptych.graphql.downloads import download
from triptych.graphql.graphiql import graphiql
from triptych.tenants.members import token_views

urlpatterns = [
    path("graphql/", graphql, name="graphql"),
    path("graphql/files/<uuid:pk>/", download, name="graphql_file"),
    path("graphiql/", graphiql, name="graphiql"),
    path("settings/tokens/", token_views.token_list, name="tokens"),
    path("settings/tokens/new/", token_views.create, name="token_create"),
    path("settings/tokens/<uuid:pk>/revoke/", token_views.revoke, name="token_revoke"),
]
