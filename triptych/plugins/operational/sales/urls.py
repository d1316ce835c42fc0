"""The pages at /x/sales/."""

from django.urls import path

from triptych.plugins.operational.sales.views import lines, price_books, products

urlpatterns = [
    path("products/", products.index, name="products"),
    path("products/new/", products.create, name="new_product"),
    path("products/pick/", products.pick, name="pick_product"),
    path("products/export/", products.export, name="export_products"),
    path("products/bulk/<slug:act>/", products.bulk, name="bulk_products"),
    path("products/<uuid:pk>/", products.detail, name="product"),
    path("products/<uuid:pk>/edit/", products.edit, name="edit_product"),
    path("products/<uuid:pk>/facts/<slug:name>/", products.fact, name="product_fact"),
    path("products/<uuid:pk>/delete/", products.delete, name="delete_product"),
    path("products/<uuid:pk>/restore/", products.restore, name="restore_product"),
    path("price-books/", price_books.index, name="price_books"),
    path("price-books/new/", price_books.create, name="new_price_book"),
    path("price-books/<uuid:pk>/", price_books.detail, name="price_book"),
    path("price-books/<uuid:pk>/edit/", price_books.edit, name="edit_price_book"),
    path("price-books/<uuid:pk>/prices/", price_books.set_price, name="set_price"),
    path("price-books/<uuid:pk>/prices/<uuid:entry>/remove/", price_books.take_out, name="take_out_price"),
    path("price-books/<uuid:pk>/delete/", price_books.delete, name="delete_price_book"),
    path("deals/<uuid:deal_id>/lines/", lines.add, name="add_line"),
    path("deals/<uuid:deal_id>/lines/card/", lines.cancel, name="lines_card"),
    path("lines/<uuid:pk>/", lines.edit, name="edit_line"),
    path("lines/<uuid:pk>/remove/", lines.remove, name="remove_line"),
]
