"""The door for a process of streams; the benchmark of the deals pages compares it with the synchronous one."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "triptych.settings")

from django.core.asgi import get_asgi_application

from triptych.platform.db.poolers import refuse_transaction_pooling

application = get_asgi_application()
refuse_transaction_pooling()
