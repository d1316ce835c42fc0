"""`/design/`: every component with every state, in development only. The records on it are made up."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.safestring import mark_safe

from triptych.platform import clock
from triptych.platform.web import toasts
from triptych.platform.web.tables import BulkAct, Chip, Column, Tab, Table
from triptych.platform.web.templatetags.parts import money, when

PEOPLE = ("Darcel Schlecht", "Zoe Ito", "Анна Ковалёва", "Łukasz Żak", "Kim")


class Row:
    """A made-up record."""

    def __init__(self, number: int) -> None:
        self.pk = number
        self.name = ("Hottechi renewal", "Cancity pilot", "Isdom, second site", "Betatech GTX Pro", "Ganjaflex")[
            number % 5
        ]
        self.company = ("Hottechi", "Cancity", "Isdom", "Betatech", "Ganjaflex")[number % 5]
        self.stage, self.tone = (
            ("New", ""),
            ("Engaging", "blue"),
            ("Offer", "violet"),
            ("Won", "green"),
            ("Lost", "red"),
        )[number % 5]
        self.amount = Decimal(("1054", "48200.50", "3393", "26768", "550")[number % 5])
        self.owner = PEOPLE[number % 5]
        self.at = clock.now() + timedelta(days=(-3, 0, 1, 12, 200)[number % 5], hours=1)

    def __str__(self) -> str:
        return self.name


class SampleForm(forms.Form):
    name = forms.CharField(help_text="As people say it, such as “Acme Tools”.")
    amount = forms.DecimalField(label="Amount", required=False)
    close_date = forms.DateField(label="Expected close", widget=forms.DateInput(attrs={"type": "date"}), required=False)
    stage = forms.ChoiceField(choices=[("new", "New"), ("offer", "Offer"), ("won", "Won")])
    company = forms.CharField(widget=forms.Select(), required=False)
    kind = forms.ChoiceField(widget=forms.RadioSelect, choices=[("call", "Call"), ("mail", "Mail")], initial="call")
    remind = forms.BooleanField(label="Remind me the day before", required=False)
    description = forms.CharField(widget=forms.Textarea, required=False)


class FileForm(forms.Form):
    file = forms.FileField(label="File to import")


class NameForm(forms.Form):
    name = forms.CharField()


def page(request: HttpRequest) -> HttpResponse:
    now = clock.now()
    rows = [Row(number) for number in range(6)]
    wrong = SampleForm({"w-name": "", "w-amount": "ten"}, prefix="w")
    wrong.add_error(None, "The close date lies before the day the deal was made. Choose a later one.")
    return render(
        request,
        "design/page.html",
        {
            "tones": ["", "accent", "green", "amber", "red", "blue", "violet"],
            "people": PEOPLE,
            "rows": rows,
            "table": _table(rows),
            "tabs": [Tab("All", "#all", True, 3481), Tab("Mine", "#mine", count=12), Tab("Closing soon", "#soon")],
            "chips": [Chip("Owner is", "Darcel Schlecht", "?"), Chip("Stage is", "Offer or Engaging", "?")],
            "columns": [rows[:3], rows[3:5], []],
            "steps": ["File", "Columns", "Preview", "Import"],
            "form": SampleForm(),
            "wrong": wrong,
            "file_form": FileForm(),
            "moments": [now, now - timedelta(hours=2), now - timedelta(days=1), now - timedelta(days=400)],
            **_record(now),
        },
    )


def _table(rows: list[Row]) -> Table:
    return Table(
        label="Deals",
        columns=[
            Column("Name", "name"),
            Column("Company", "company"),
            Column("Stage"),
            Column("Owner", "owner"),
            Column("Next step", "next"),
            Column("Amount", "amount", "number"),
        ],
        rows=rows,
        row_template="design/row.html",
        sort="-amount",
        next_url="?after=x",
        previous_url="?before=x",
        count_text="6 of 3,481",
        bulk_acts=[BulkAct("Change owner", "#", "user-share"), BulkAct("Delete", "#", "trash", danger=True)],
        row_acts=True,
    )


def _record(now: Any) -> dict[str, Any]:
    """A record page's parts."""
    return {
        "facts": [
            {
                "name": "name",
                "label": "Name",
                "show": "Hottechi renewal",
                "value": "Hottechi renewal",
                "edit_url": "inline/",
            },
            {"name": "amount", "label": "Amount", "show": money(Decimal("48200.50"), "EUR"), "edit_url": "inline/"},
            {"name": "close", "label": "Expected close", "show": when(now + timedelta(days=3)), "edit_url": "inline/"},
            {"heading": "Source"},
            {"name": "campaign", "label": "Campaign", "show": "", "edit_url": "inline/"},
            {"name": "made", "label": "Made", "show": when(now - timedelta(days=30))},
        ],
        "stages": [
            {"label": "New", "value": "1", "state": "past"},
            {"label": "Engaging", "value": "2", "state": "past"},
            {"label": "Offer", "value": "3", "state": "now"},
            {"label": "Won", "value": "4", "state": "ahead"},
        ],
        "entries": [
            {
                "icon": "phone",
                "tone": "blue",
                "title": "Call with Ann Lee",
                "by": "Zoe Ito",
                "at": now - timedelta(hours=2),
                "body": "Wants the second site in the same offer. Send it before Friday.",
            },
            {
                "icon": "lock",
                "tone": "amber",
                "title": "Note",
                "by": "Kim",
                "at": now - timedelta(days=1),
                "internal": True,
                "body": "Budget is decided in January.",
            },
            {
                "icon": "arrow-right",
                "title": mark_safe("Moved from <b>New</b> to <b>Offer</b>"),
                "by": "Darcel Schlecht",
                "at": now - timedelta(days=9),
            },
        ],
        "composer": [
            {
                "id": "note",
                "label": "Note",
                "icon": "note",
                "url": "toast/",
                "form": NameForm(prefix="n"),
                "button": "Save note",
            },
            {
                "id": "task",
                "label": "Task",
                "icon": "checkbox",
                "url": "toast/",
                "form": SampleForm(prefix="t"),
                "button": "Add task",
            },
        ],
        "related": [
            {"url": "#", "title": "Ann Lee", "note": "Decision maker", "avatar": "Ann Lee"},
            {"url": "#", "title": "Hottechi", "icon": "building", "side": money(Decimal(90), "EUR")},
        ],
        "differences": [
            {"name": "amount", "label": "Amount", "mine": "48,200", "theirs": "52,000", "differs": True},
            {"name": "stage", "label": "Stage", "mine": "Offer", "theirs": "Offer", "differs": False},
        ],
        "changes": [
            {"label": "Industry", "before": "technolgy", "after": "technology"},
            {"label": "City", "before": "", "after": "Bath"},
        ],
        "acts": [
            {"label": "Edit", "url": "#", "icon": "pencil"},
            {"label": "Delete", "url": "toast/", "icon": "trash", "post": True, "danger": True},
        ],
        "choices": [{"label": "Engaging", "value": "2"}, {"label": "Won", "value": "4", "asks": True}],
        "yesterday": now - timedelta(days=1),
    }


def dialog(request: HttpRequest) -> HttpResponse:
    return render(request, "design/dialog.html", {"form": NameForm()})


def inline(request: HttpRequest) -> HttpResponse:
    form = NameForm(request.POST or None, initial={"name": "Hottechi renewal"})
    if form.is_valid():
        field = {"name": "name", "label": "Name", "show": form.cleaned_data["name"], "edit_url": "inline/"}
        return render(request, "components/inline_field.html", {"field": field})
    return render(request, "components/inline_field_edit.html", {"form": form, "name": "name", "url": "inline/"})


def found(request: HttpRequest) -> JsonResponse:
    text = request.GET.get("q", "").lower()
    names = [name for name in PEOPLE if name.lower().startswith(text)]
    return JsonResponse([{"value": name, "text": name, "hint": "Person"} for name in names], safe=False)


def toast(request: HttpRequest) -> HttpResponse:
    toasts.show(request, "Deal moved to Offer.", undo="/design/toast/")
    return HttpResponse(status=204) if request.headers.get("HX-Request") else redirect("/design/")


def move(request: HttpRequest) -> HttpResponse:
    toasts.show(request, "Card moved.", undo="/design/toast/")
    return HttpResponse(status=204)
