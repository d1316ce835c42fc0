"""What Sales adds to the API: products, price books, and the lines of deals. Thin doors to `access` and `actions`."""

from triptych.platform.plugins import GraphQLExtension
from triptych.plugins.operational.sales.schema import lines, price_books, products

extensions: list[GraphQLExtension] = [*products.extensions, *price_books.extensions, *lines.extensions]
