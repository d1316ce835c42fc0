"""The door for a WSGI server; benchmarks compare it with the ASGI one."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "triptych.settings")

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()
