from django.apps import AppConfig


class PluginsConfig(AppConfig):
    name = "triptych.platform.plugins"
    label = "plugins"

    def ready(self) -> None:
        from triptych.platform.plugins import autodiscovery, failures

        autodiscovery.register_everything()
        failures.flush_after_work()
