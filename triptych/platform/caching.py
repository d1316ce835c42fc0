"""Cache keys carry the tenant. A cache that all tenants share says so by name: `caches["shared"]`."""

from triptych.platform import scope


def key_of_this_tenant(key: str, key_prefix: str, version: int) -> str:
    """Key function of the default cache: the schema of the current scope comes first."""
    return f"{scope.current().schema_name}:{key_prefix}:{version}:{key}"
