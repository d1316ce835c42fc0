"""Spanish groups thousands by points, as CLDR has it; the rest is Django's."""

THOUSAND_SEPARATOR = "."
