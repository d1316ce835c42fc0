from django.urls import path

from triptych.graphql.door import graphql

urlpatterns = [
    path("graphql/", graphql, name="graphql"),
]
