"""Run as a process of its own: set Django up with the plugins named in the environment and check that they fit.

The last line of its output is JSON: the reason against them with its traceback, both empty when they fit.
"""

import json
import os

from triptych.platform.plugins.discovery import found, told
from triptych.platform.plugins.manifest import Plugin


def main() -> None:
    """Load and check the plugins named in the environment, and print what was found."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "triptych.settings")
    reason = trace = ""
    try:
        import django

        django.setup()
        for plugin in found().plugins:
            check_app(plugin)
    except (Exception, SystemExit) as error:
        reason, trace = told(error)
    print("\n" + json.dumps({"reason": reason, "traceback": trace}))


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
    main()
