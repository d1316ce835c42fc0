"""Every write to products, price books and the lines of deals. Rights are checked by `access` before."""

from triptych.plugins.operational.sales.actions.lines import (
    LineFields,
    add_line,
    checked_line,
    remove_line,
    settle_amount,
    update_line,
)
from triptych.plugins.operational.sales.actions.price_books import (
    PriceBookFields,
    delete_price_book,
    save_price_book,
    set_price,
)
from triptych.plugins.operational.sales.actions.products import (
    ProductFields,
    create_product,
    delete_product,
    restore_product,
    update_product,
)

__all__ = [
    "LineFields",
    "PriceBookFields",
    "ProductFields",
    "add_line",
    "checked_line",
    "create_product",
    "delete_price_book",
    "delete_product",
    "remove_line",
    "restore_product",
    "save_price_book",
    "set_price",
    "settle_amount",
    "update_line",
    "update_product",
]
