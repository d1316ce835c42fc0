"""Filters of deal pages: `{% load deals %}`."""

from __future__ import annotations

from datetime import timedelta

from babel.dates import format_timedelta
from babel.numbers import format_decimal
from django import template
from django.utils import translation

from triptych.core_crm.deals.actions.gates import gates_of, listed
from triptych.core_crm.deals.models import ExchangeRate, Stage
from triptych.tenants.members.models import Member

register = template.Library()


@register.filter
def lasted(time: timedelta | None) -> str:
    """A length of time as people say it, e.g. “3 days”."""
    if time is None:
        return ""
    language = (translation.get_language() or "en").replace("-", "_")
    return str(format_timedelta(time, threshold=1.2, locale=language))


@register.filter
def needs(stage: Stage, member: Member) -> str:
    """What a stage asks of deals, e.g. “Amount and Next step”."""
    return listed([gate for gate in gates_of(stage) if gate.is_asked], member)


@register.filter
def no_longer_needs(stage: Stage, member: Member) -> str:
    """What the settings of a stage name although nothing brings it any more."""
    return listed([gate for gate in gates_of(stage) if not gate.is_asked], member) if stage.further_gates else ""


@register.filter
def rate_figure(rate: ExchangeRate) -> str:
    """A rate in the reader's format, with as many decimals as it has."""
    language = (translation.get_language() or "en").replace("-", "_")
    return str(format_decimal(rate.rate.normalize(), format="#,##0.##########", locale=language))
