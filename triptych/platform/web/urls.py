"""Pages of the frame itself, on a tenant's host."""

from django.conf import settings
from django.urls import path

from triptych.platform.web import design
from triptych.platform.web.home import home
from triptych.platform.web.palette import palette

urlpatterns = [
    path("", home, name="home"),
    path("palette/", palette, name="palette"),
]
if settings.SHOW_DESIGN:
    urlpatterns += [
        path("design/", design.page, name="design"),
        path("design/dialog/", design.dialog),
        path("design/inline/", design.inline),
        path("design/found/", design.found),
        path("design/toast/", design.toast),
        path("design/move/", design.move),
    ]
