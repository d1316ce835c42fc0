"""The languages of the product: what is to be translated, the catalogues that hold it, and their compiled form."""

SOURCE = "en"
"""The language that the texts are written in. It needs no catalogue."""

LANGUAGES = [
    ("en", "English"), ("de", "Deutsch"), ("ru", "Русский"), ("it", "Italiano"), ("pl", "Polski"), ("es", "Español"),
]  # fmt: skip
"""Code and own name of each language, in the order in which they are offered."""
