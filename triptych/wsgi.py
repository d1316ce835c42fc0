"""The door for the web server: pages and the API, synchronous, on threads (docs/adr/0008 has the figures)."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "triptych.settings")

from django.core.wsgi import get_wsgi_application

from triptych.platform.db.poolers import refuse_transaction_pooling

application = get_wsgi_application()
refuse_transaction_pooling()
