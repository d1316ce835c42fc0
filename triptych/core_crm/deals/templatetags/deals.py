"""Filters of deal pages: `{% load deals %}`."""

from __future__ import annotations

from datetime import timedelta

from babel.dates import format_timedelta
from babel.numbers import format_decimal
from django import template
from django.utils import translation

from triptych.core_crm.deals.actions.gates import listed
from triptych.core_crm.deals.models import ExchangeRate, Requirement, Stage

register = template.Library()


@register.filter
def lasted(time: timedelta | None) -> str:
    """A length of time as people say it, e.g. “3 days”."""
    if time is None:
        return ""
    language = (translation.get_language() or "en").replace("-", "_")
    return str(format_timedelta(time, threshold=1.2, locale=language))


@register.filter
def needs(stage: Stage) -> str:
    """What a stage asks of deals, e.g. “Amount and Next step”."""
    return listed([Requirement(name) for name in stage.required_fields])


@register.filter
def rate_figure(rate: ExchangeRate) -> str:
    """A rate in the reader's format, with as many decimals as it has."""
    language = (translation.get_language() or "en").replace("-", "_")
    return str(format_decimal(rate.rate.normalize(), format="#,##0.##########", locale=language))
