"""Pieces of HTML and addresses that lists make by the thousand: as safe and as right as Django's own."""

from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy

from triptych.platform.web.addresses import address_of
from triptych.platform.web.markup import markup


class Told:
    def __str__(self):
        return "<i>told</i> & 'quoted'"


@pytest.mark.parametrize("value", ["<b>", 'a "b" & c', "it's", 7, None, Told(), SafeString("<b>"), gettext_lazy("<b>")])
def test_gaps_are_escaped_as_django_escapes_them(value):
    made = markup('<a title="{}">{}</a>', value, value)

    assert made == format_html('<a title="{}">{}</a>', value, value)
    assert isinstance(made, SafeString)


@pytest.mark.parametrize("view", ["deals:detail", "contacts:detail", "sales:product"])
def test_the_address_of_a_record_is_what_reverse_says(view):
    pk = uuid4()

    assert address_of(view, pk) == reverse(view, args=[pk])
