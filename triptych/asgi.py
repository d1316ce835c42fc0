"""All pages through ASGI, for the benchmark that compares it with WSGI. Streams have `triptych streams`."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "triptych.settings")

from django.core.asgi import get_asgi_application

from triptych.platform.db.poolers import refuse_transaction_pooling

application = get_asgi_application()
refuse_transaction_pooling()
