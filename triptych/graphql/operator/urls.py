from django.urls import path

from triptych.graphql.operator import pages
from triptych.graphql.operator.views import operator_graphql

urlpatterns = [
    path("", pages.tenants, name="operator"),
    path("tenants/<uuid:pk>/", pages.tenant, name="operator_tenant"),
    path("plugins/", pages.plugins, name="operator_plugins"),
    path("jobs/", pages.jobs, name="operator_jobs"),
    path("dead-letters/", pages.dead_letters, name="operator_dead_letters"),
    path("graphql/", operator_graphql, name="operator_graphql"),
]
