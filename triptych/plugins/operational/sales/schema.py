"""What Sales adds to the API."""

from triptych.platform.plugins import GraphQLExtension

extensions: list[GraphQLExtension] = []
