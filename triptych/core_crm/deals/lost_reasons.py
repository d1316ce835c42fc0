"""Why deals are lost: what a person chooses from."""

from django.utils.translation import gettext as _


def lost_reasons() -> list[str]:
    """The reasons to choose from, in order."""
    return [
        _("Price"), _("Chose a competitor"), _("No budget"), _("No decision"), _("Bad timing"), _("Does not fit"),
    ]  # fmt: skip
