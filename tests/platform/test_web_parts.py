"""The small parts of pages: tags, and the templates that need no request."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django import forms
from django.template import Context, Template
from django.template.loader import render_to_string
from django.utils import translation

from triptych.platform import clock
from triptych.platform.web.tables import Column, Table
from triptych.platform.web.templatetags import parts

NOW = datetime(2026, 3, 4, 9, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _nine_on_a_wednesday(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Darcel Schlecht", "DS"),
        ("Anna Maria van der Berg", "AB"),
        ("Kim", "K"),
        ("ann@example.com", "AC"),
        ("Łukasz Żak", "ŁŻ"),
        ("", ""),
        ("-- ?", ""),
    ],
)
def test_initials_are_of_the_first_and_the_last_word(name, letters):
    assert parts.initials(name) == letters


@pytest.mark.parametrize(
    ("language", "amount", "currency", "text"),
    [
        ("en", Decimal("10005534"), "EUR", "€10,005,534"),
        ("en", Decimal("48200.50"), "EUR", "€48,200.50"),
        ("en", Decimal("-3"), "USD", "-$3"),
        ("de", Decimal("48200.50"), "EUR", "48.200,50\xa0€"),
        ("de", Decimal("10005534"), "EUR", "10.005.534\xa0€"),
        ("en", Decimal("1500"), "JPY", "¥1,500"),
    ],
)
def test_money_is_written_as_the_reader_writes_it(language, amount, currency, text):
    with translation.override(language):
        assert parts.money(amount, currency) == f'<span class="money nowrap">{text}</span>'


def test_no_amount_is_a_dash():
    assert "—" in parts.money(None, "EUR")


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        (NOW - timedelta(seconds=20), "just now"),
        (NOW - timedelta(hours=2), "2 hours ago"),
        (NOW + timedelta(hours=3), "in 3 hours"),
        (NOW - timedelta(days=1), "yesterday"),
        (NOW + timedelta(days=1), "tomorrow"),
        (NOW - timedelta(days=3), "3 days ago"),
        (NOW + timedelta(days=30), "3 Apr"),
        (NOW - timedelta(days=400), "28 Jan 2025"),
        (date(2026, 3, 4), "today"),
        (date(2026, 3, 9), "in 5 days"),
    ],
)
def test_dates_near_are_relative(moment, words):
    assert f">{words}</time>" in parts.when(moment)


@pytest.mark.parametrize(
    ("due", "css"),
    [
        (NOW - timedelta(minutes=5), "late"),
        (NOW + timedelta(hours=2), "today"),
        (NOW + timedelta(days=2), ""),
        (date(2026, 3, 3), "late"),
        (date(2026, 3, 4), "today"),
    ],
)
def test_what_is_due_is_red_when_late_and_amber_today(due, css):
    assert f'class="nowrap {css}"' in parts.when(due, due=True)


def test_an_icon_is_drawn_and_silent():
    drawn = parts.icon("users")

    assert drawn.startswith('<svg class="icon ')
    assert 'aria-hidden="true"' in drawn
    assert drawn.count("<path") == 4


def test_text_in_parts_is_escaped():
    for shown in (parts.tag("<b>"), parts.avatar("<b>"), parts.person("<b> <i>")):
        assert "<b>" not in shown


class SampleForm(forms.Form):
    name = forms.CharField(help_text="As people say it.")
    kind = forms.ChoiceField(widget=forms.RadioSelect, choices=[("a", "Call")])


def test_a_field_ties_its_help_and_its_error_to_the_input():
    form = SampleForm({"name": "", "kind": "a"})
    shown = render_to_string("components/field.html", {"field": form["name"]})

    assert 'aria-invalid="true"' in shown
    assert 'aria-describedby="id_name_helptext id_name_error"' in shown
    assert 'id="id_name_helptext"' in shown
    assert 'id="id_name_error"' in shown
    assert '<label class="form-label" for="id_name">' in shown


def test_choices_have_a_common_legend():
    shown = render_to_string("components/field.html", {"field": SampleForm()["kind"]})

    assert "<fieldset" in shown
    assert "<legend" in shown
    assert '<input class="form-check-input" type="radio" name="kind" value="a" id="id_kind_0">' in shown


def test_the_heading_of_a_sorted_column_turns_the_order_around(rf):
    table = Table(
        label="Deals", columns=[Column("Name", "name"), Column("Amount", "amount", "number"), Column("Owner")], rows=[],
        row_template="design/row.html", sort="-amount",
    )  # fmt: skip
    shown = render_to_string("components/data_table.html", {"table": table}, rf.get("/deals/?q=x&after=k&sort=-amount"))

    assert 'href="?q=x&amp;sort=name"' in shown
    assert 'class="number" aria-sort="descending"><a href="?q=x&amp;sort=amount"' in shown
    assert '<th scope="col">Owner</th>' in shown


def test_every_component_says_what_it_takes():
    from pathlib import Path

    from django.conf import settings

    folder = Path(settings.ROOT) / "platform" / "templates" / "components"
    silent = [file.name for file in folder.glob("*.html") if not file.read_text().startswith(("{#", "{% comment %}"))]
    listed = (Path(settings.ROOT).parent / "docs" / "interface-components.md").read_text()
    parts_of_others = {"mark", "toast", "field_notes"}
    missing = {file.stem for file in folder.glob("*.html")} - parts_of_others

    assert silent == []
    assert {name for name in missing if f"`{name}" not in listed} == set()


def test_every_icon_that_a_template_or_module_names_exists():
    import re
    from pathlib import Path

    from django.conf import settings

    named = set()
    for file in Path(settings.ROOT).rglob("*.html"):
        named |= set(re.findall(r'{% icon "([^"]+)"', file.read_text()))

    assert {name for name in named if not parts.icon_paths(name)} == set()


def test_parts_render_in_any_language():
    for language in ("en", "de", "ru", "it", "pl", "es"):
        with translation.override(language):
            shown = Template("{% load parts %}{% when moment %}{% money 12.5 'EUR' %}{% figure 12000 %}")
            assert "€" in shown.render(Context({"moment": NOW - timedelta(days=2)}))
