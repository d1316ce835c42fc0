"""The pages at /x/sales/."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
