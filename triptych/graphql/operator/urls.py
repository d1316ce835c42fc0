from django.urls import path

from triptych.graphql.operator.views import operator_graphql

urlpatterns = [path("", operator_graphql, name="operator_graphql")]
