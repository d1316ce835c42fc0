"""No page shows an English text that no translator was given.

Each page of a workspace is opened in a language made up on the spot, in which every text stands in brackets. What a
person would read outside of brackets must be data: the workspace's own, or a name, a code, a number.
"""

import re
from html.parser import HTMLParser
from zoneinfo import available_timezones

import pytest
from babel import Locale
from babel.units import format_unit
from django.conf import settings
from django.db import connection
from django.utils.translation import trans_real

from triptych.platform.scope import entered
from triptych.tenants.members.models import Member

pytestmark = pytest.mark.django_db

READ = ("aria-label", "title", "placeholder", "alt")
SILENT = {"script", "style", "template", "code", "pre", "kbd", "svg"}
VOID = {"br", "hr", "img", "input", "link", "meta", "wbr", "source", "track", "area", "base", "col", "embed"}
SKIPPED = ("design/", "graphiql/", "logout/")
LETTERS = re.compile(r"[^\W\d_]{2,}")

NUMBER = re.compile(r"\b[\d.]+\b")

NAMES = re.compile(r"[A-ZÄÖÜ]{1,4}|[\w.+-]+@[\w.-]+|https?://\S+|PDF, .* MP4|1 USD = 1 EUR")
"""Initials, codes, addresses, endings of files: the same in every language."""


class Texts(HTMLParser):
    """What a person reads of a page, or has read out."""

    def __init__(self):
        super().__init__()
        self.found, self.read_out, self.within = [], [], []

    def handle_starttag(self, tag, attrs):
        self.read_out += [value for name, value in attrs if name in READ and value]
        if tag not in VOID:
            self.within.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        while self.within and self.within.pop()[0] != tag:
            pass

    def handle_data(self, data):
        if not any(tag in SILENT or attrs.get("translate") == "no" for tag, attrs in self.within):
            self.found.append(data)


def outside_brackets(texts):
    """The parts of the texts, taken one after the other, that stand in no brackets."""
    depth, kept = 0, []
    for letter in "|".join(texts):
        depth += (letter == "⟦") - (letter == "⟧")
        kept.append("|" if depth or letter == "⟧" else letter)
    return {part.strip(" \n\t,.:;()“”#→…–—-+×/") for part in re.split(r"[|·]|: ", "".join(kept))}


@pytest.fixture(scope="module")
def named_by_babel():
    """Words that come with Babel: countries, currencies, months, days, units of time; and the names of time zones."""
    german = Locale("de")
    words = {*german.territories.values(), *german.currencies.values(), *german.languages.values()}
    for calendar in (german.months, german.days):
        words |= {name for widths in calendar.values() for names in widths.values() for name in names.values()}
    times = (f"duration-{unit}" for unit in ("minute", "hour", "day"))
    words |= {format_unit(2, time, "short", locale=german).split()[-1] for time in times}
    own_names = {Locale(code).get_display_name() for code, _name in settings.LANGUAGES}
    zones = {zone.replace("_", " ") for zone in available_timezones()}
    return {re.sub(r" \(.*|\.$", "", word).casefold() for word in words | own_names | zones}


@pytest.fixture
def bracketed(monkeypatch, tenant, members):
    """The owner's language is one in which every text stands in brackets."""
    catalogue = trans_real.translation("de")

    def gettext(message):
        return f"⟦{message.partition(chr(4))[2] or message}⟧"

    monkeypatch.setattr(catalogue, "gettext", gettext)
    monkeypatch.setattr(catalogue, "ngettext", lambda one, many, number: gettext(one if number == 1 else many))
    with entered(tenant):
        Member.objects.filter(pk=members["owner"].pk).update(language="de")


@pytest.fixture
def data(tenant, house):
    """Everything that the workspace keeps, as one text."""
    with entered(tenant), connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND has_table_privilege(oid, 'SELECT')"
            " AND relnamespace = %s::regnamespace",
            [tenant.schema_name],
        )
        tables = [name for (name,) in cursor.fetchall()]
        rows = []
        for table in tables:
            cursor.execute(f'SELECT t::text FROM "{table}" t')
            rows += [row for (row,) in cursor.fetchall()]
    return "\n".join([*rows, tenant.name, "Triptych", "Ann"])


def test_everything_that_is_read_was_given_to_translators(cast, addresses, data, bracketed, named_by_babel):
    def is_data(part):
        if not LETTERS.search(part) or part in data or NAMES.fullmatch(part):
            return True
        words = [word.strip("().").casefold() for word in re.split(r"[\s–,]+", NUMBER.sub("", part))]
        bare = re.sub(r" \(.*|^[A-Z]{3} – ", "", part).casefold()
        return bare in named_by_babel or all(word in named_by_babel for word in words if word)

    found = {}
    for route, address in addresses.items():
        if route.startswith(SKIPPED):
            continue
        response = cast["owner"].get(address)
        if response.status_code != 200 or "html" not in response.headers.get("Content-Type", ""):
            continue
        page = Texts()
        page.feed(response.text)
        left = outside_brackets(page.found) | outside_brackets(page.read_out)
        found |= {part: route for part in left if not is_data(part)}

    assert found == {}
