from django.apps import AppConfig


class FilesConfig(AppConfig):
    name = "triptych.platform.files"
    label = "files"
