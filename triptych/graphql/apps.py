from django.apps import AppConfig


class GraphQLConfig(AppConfig):
    name = "triptych.graphql"
    label = "graphql_api"

    def ready(self) -> None:
        from triptych.graphql.clashes import refuse_clash
        from triptych.tenants import plugins

        plugins.checks.append(refuse_clash)
