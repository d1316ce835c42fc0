"""Run as a process of its own: set Django up with the plugins named in the environment and check that they fit.

Exit status 0 when they do; otherwise 1 and, as the last line of the output, JSON with reason and traceback.
"""

import json
import os
import sys

from triptych.platform.plugins.discovery import found, told
from triptych.platform.plugins.manifest import Plugin


def main() -> int:
    """Load and check the plugins named in the environment."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "triptych.settings")
    try:
        import django

        django.setup()
        for plugin in found().plugins:
            check_app(plugin)
    except Exception as error:
        reason, trace = told(error)
        print("\n" + json.dumps({"reason": reason, "traceback": trace}))
        return 1
    return 0


def check_app(plugin: Plugin) -> None:
    """Make sure that the plugin's app and tables bear its id, so that no two plugins can meet.

    Raises:
        ValueError: they do not.
    """
    from django.apps import apps

    if not plugin.app:
        return
    config = next(config for config in apps.get_app_configs() if config.name == plugin.app)
    if config.label != plugin.id:
        raise ValueError(f"Its app has the label {config.label!r}; give it the plugin's id, {plugin.id!r}.")
    for model in config.get_models(include_auto_created=True):
        if not model._meta.db_table.startswith(f"{plugin.id}_"):
            raise ValueError(f"Its table {model._meta.db_table!r} does not begin with “{plugin.id}_”.")


if __name__ == "__main__":
    sys.exit(main())
