from django.apps import AppConfig


class GraphQLConfig(AppConfig):
    name = "triptych.graphql"
    label = "graphql_api"
