from django.apps import AppConfig


class LanguagesConfig(AppConfig):
    """Stands first among the apps: whatever they say when they are ready, they can say in any language."""

    name = "triptych.platform.languages"

    def ready(self) -> None:
        from django.conf import settings

        from triptych.platform.languages.compiled import ensure_compiled

        ensure_compiled(settings.CATALOGUES, settings.COMPILED_CATALOGUES)
