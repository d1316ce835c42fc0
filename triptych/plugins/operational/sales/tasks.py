"""What Sales does on events."""

from triptych.platform import events, search
from triptych.platform.events import Event
from triptych.plugins.operational.sales.actions.products import search_entry
from triptych.plugins.operational.sales.models import Product


@events.handles("plugin.enabled", "plugin.disabled")
def follow_the_switch(event: Event) -> None:
    """Products are found where Sales is enabled, and only there. The event comes also where it has just gone."""
    if event.facts.get("plugin") != "sales":
        return
    products = Product.objects.alive().order_by("pk")
    if event.name == "plugin.enabled":
        search.index_many(search_entry(product) for product in products.iterator(chunk_size=500))
    else:
        search.remove_many(kind="product", ids=list(Product.objects.values_list("pk", flat=True)))
