"""Triptych's own fixtures: a tenant with its people, `enable`, `api`, `drain`."""

pytest_plugins = ["triptych.testing"]
