"""The door for the web server: pages and the API, synchronous, on threads (docs/adr/0008 has the figures)."""

import gc
import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "triptych.settings")
os.environ.setdefault("TRIPTYCH_POOL", "10")  # connections, one for each of the server's threads
gc.disable()  # what is loaded below stays: looking for garbage in it costs time now, and at each collection later

from django.core.wsgi import get_wsgi_application

from triptych.platform.db.poolers import refuse_transaction_pooling

application = get_wsgi_application()
refuse_transaction_pooling()
gc.freeze()
gc.enable()
