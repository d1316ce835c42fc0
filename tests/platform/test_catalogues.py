"""Taking texts out of the sources, keeping their translations, refusing wrong ones, and compiling them."""

import gettext

import pytest
from babel.messages.catalog import Catalog
from typer.testing import CliRunner

from triptych.cli import app
from triptych.platform.languages import LANGUAGES, upkeep
from triptych.platform.languages.catalogues import Catalogue
from triptych.platform.languages.compiled import ensure_compiled, folders
from triptych.platform.languages.extraction import ExtractionRefused, of_python, of_template
from triptych.platform.languages.faults import faults

TEMPLATE = """{% load i18n %}
<h1>{% translate "Deals" %}</h1>
{% translate "Open" context "verb" as label %}{% include "x.html" with title=_("None yet.") %}{{ a|default:_("Never") }}
{% blocktranslate count n=deals|length trimmed %}
  {{ n }} deal of {{ who }} at 5%
{% plural %}
  {{ n }} deals of {{ who }} at 5%
{% endblocktranslate %}
{# _("not this") #}{% comment %}{% translate "nor this" %}{% endcomment %}
"""
PYTHON = """
from django.utils.translation import gettext_lazy as _, ngettext as many, pgettext
from django.utils import translation
LABEL = _("First half, "
          "second half.")
def f(n):
    return many("%(n)s row", "%(n)s rows", n), pgettext("right", "Everybody"), translation.gettext("now"), other("no")
"""


def found(messages):
    return [(message.context, message.text, message.plural) for message in messages]


def test_templates_are_read_as_django_reads_them():
    assert found(of_template(TEMPLATE, "x.html")) == [
        ("", "Deals", ""),
        ("verb", "Open", ""),
        ("", "None yet.", ""),
        ("", "Never", ""),
        ("", "%(n)s deal of %(who)s at 5%%", "%(n)s deals of %(who)s at 5%%"),
    ]


def test_python_is_read_whatever_the_functions_are_called_there():
    assert sorted(found(of_python(PYTHON, "x.py"))) == [
        ("", "%(n)s row", "%(n)s rows"),
        ("", "First half, second half.", ""),
        ("", "now", ""),
        ("right", "Everybody", ""),
    ]


def test_a_text_put_together_while_the_program_runs_is_refused_with_its_line():
    source = 'from django.utils.translation import gettext as _\n\ntitle = _(f"Deals of {name}")\n'

    with pytest.raises(ExtractionRefused, match=r"x\.py:3: gettext is given something else than a text"):
        list(of_python(source, "x.py"))


@pytest.fixture
def catalogue(tmp_path):
    sources = tmp_path / "shop"
    (sources / "templates").mkdir(parents=True)
    (sources / "views.py").write_text(PYTHON)
    return Catalogue("shop", sources)


def translate(catalogue, language, strings):
    """Write the catalogue with those translations, each by its text."""
    merged = catalogue.merged(language)
    for text, string in strings.items():
        merged.get(text).string = string
    catalogue.write(language, merged)


def test_what_is_translated_stays_when_the_sources_change_and_what_is_gone_goes(catalogue):
    rows = ("%(n)s строка", "%(n)s строки", "%(n)s строк")
    translate(catalogue, "ru", {"First half, second half.": "Всё.", "%(n)s row": rows, "now": "сейчас"})
    (catalogue.sources / "views.py").write_text(PYTHON.replace('"now"', '"later"'))
    later = Catalogue("shop", catalogue.sources)
    later.write("ru", later.merged("ru"))

    assert later.path("ru").read_text() == (
        'msgid ""\nmsgstr ""\n"Language: ru\\n"\n"Content-Type: text/plain; charset=UTF-8\\n"\n'
        '"Plural-Forms: nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20)'
        ' ? 1 : 2);\\n"\n\n'
        '#, python-format\nmsgid "%(n)s row"\nmsgid_plural "%(n)s rows"\nmsgstr[0] "%(n)s строка"\n'
        'msgstr[1] "%(n)s строки"\nmsgstr[2] "%(n)s строк"\n\n'
        'msgctxt "right"\nmsgid "Everybody"\nmsgstr ""\n\n'
        'msgid "First half, second half."\nmsgstr "Всё."\n\n'
        'msgid "later"\nmsgstr ""\n'
    )
    assert [problem.partition(": ")[2] for problem in later.problems("ru")] == [
        "“Everybody”: It is not translated.",
        "“later”: It is not translated.",
    ]


def test_gettext_reads_what_was_compiled_and_reads_it_anew_after_a_change(catalogue, tmp_path):
    translate(catalogue, "pl", {"%(n)s row": ("wiersz", "%(n)s wiersze", "%(n)s wierszy"), "now": "teraz"})
    ensure_compiled([catalogue], tmp_path / "locale")
    (place,) = folders([catalogue], tmp_path / "locale")
    polish = gettext.translation("django", place, ["pl"])
    assert polish.ngettext("%(n)s row", "%(n)s rows", 22) == "%(n)s wiersze"
    assert (polish.gettext("now"), polish.pgettext("right", "Everybody")) == ("teraz", "Everybody")

    translate(catalogue, "pl", {"now": "już"})
    ensure_compiled([catalogue], tmp_path / "locale")
    with open(f"{place}/pl/LC_MESSAGES/django.mo", "rb") as file:
        assert gettext.GNUTranslations(file).gettext("now") == "już"


@pytest.mark.parametrize(
    ("text", "string", "fault"),
    [
        ("%(who)s left.", "%(wer)s ging.", "Its placeholders are %(wer)s; the text has %(who)s."),
        ("%(who)s left.", "%(who)s ging. %(who)s!.", None),
        ("%s of %s", "%s von", "Its placeholders are %s; the text has %s, %s."),
        ("{n:,} rows", "{n} Zeilen", "Its placeholders are {n}; the text has {n:,}."),
        ("Half of %(all)s", "50 % von %(all)s", "A percent sign is written %% here."),
        ("<b>%(who)s</b>", "%(who)s", "Its HTML tags differ from the text's."),
        (" and ", "und", "It begins or ends with other blanks or line breaks than the text."),
        ("Saved.", "Gespeichert", "The text ends with “.”, so it ends with one, too."),
        ("Saved.", "", "It is not translated."),
        (("%(n)s deal", "%(n)s deals"), ("ein Deal", "%(n)s Deals"), "Its placeholders are none; the text has %(n)s."),
        (("One deal", "%(n)s deals"), ("Ein Deal", "%(n)s Deals"), None),
        (("One deal", "%(n)s deals"), ("Ein Deal", ""), "It needs 2 forms."),
    ],
)
def test_a_translation_that_would_break_a_page_is_found(text, string, fault):
    german = Catalog(locale="de")
    message = german.add(text, string)

    assert list(faults(message, german)) == ([fault] if fault else [])


def test_the_first_russian_form_is_for_21_too_so_it_keeps_the_number():
    russian = Catalog(locale="ru")
    message = russian.add(("One deal", "%(n)s deals"), ("Одна сделка", "%(n)s сделки", "%(n)s сделок"))

    assert list(faults(message, russian)) == ["Its placeholders are none; the text has %(n)s."]


def test_the_command_says_how_much_is_translated(monkeypatch, catalogue):
    monkeypatch.setattr(upkeep, "ours", lambda: [catalogue])

    done = CliRunner().invoke(app, ["messages"])

    assert done.output.splitlines() == [
        f"shop {code}: 0 of 4 texts are translated." for code, _ in LANGUAGES if code != "en"
    ]
    checked = CliRunner().invoke(app, ["messages", "--check"])
    assert checked.exit_code == 1
    assert "“Everybody”: It is not translated." in checked.output
