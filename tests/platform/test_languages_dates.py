"""Dates are written in one way: on pages, in the audit, in mails and in files."""

from datetime import UTC, date, datetime

import pytest
from django import forms
from django.utils.formats import date_format
from django.utils.translation import override

from triptych.platform.languages.dates import in_short


@pytest.mark.parametrize(
    ("language", "day", "moment"),
    [
        ("en", "2 Nov 2026", "2 Nov 2026, 21:43"),
        ("de", "02.11.2026", "02.11.2026 21:43"),
        ("ru", "02.11.2026", "02.11.2026 21:43"),
    ],
)
def test_a_day_stands_before_its_month(language, day, moment):
    with override(language):
        assert (in_short(date(2026, 11, 2)), in_short(datetime(2026, 11, 2, 21, 43, tzinfo=UTC))) == (day, moment)


def test_long_dates_and_typed_ones_have_the_day_first_in_english():
    with override("en"):
        assert date_format(datetime(2026, 11, 2, 21, 43, tzinfo=UTC), "DATETIME_FORMAT") == "2 November 2026, 21:43"
        assert forms.DateField(localize=True).clean("02/11/2026") == date(2026, 11, 2)
