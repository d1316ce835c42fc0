"""A plugin whose types clash with others is refused when somebody enables it, not when somebody asks the API."""

from django.utils.translation import gettext as _

from triptych.tenants.models import Tenant
from triptych.tenants.plugins import SwitchRefused


def refuse_clash(tenant: Tenant, plugin_ids: frozenset[str]) -> None:
    """Make sure that the tenant's API can be composed with these plugins.

    Raises:
        SwitchRefused: it cannot; the message names what clashes.
    """
    from triptych.graphql.composition import composition_problems  # the engine loads where somebody needs it

    problems = composition_problems(plugin_ids)
    if problems:
        raise SwitchRefused(_("It does not fit into the API: %s") % " ".join(problems), code="API_CLASH")
