"""How Sales writes quantities and per cents."""

from decimal import Decimal

from django import template
from django.utils.formats import number_format

register = template.Library()


@register.simple_tag
def plain_number(number: Decimal) -> str:
    """A number without needless zeros: 2, 2.5."""
    whole = number == number.to_integral_value()
    return str(number_format(number.quantize(Decimal(1)) if whole else number.normalize(), use_l10n=True))
