"""Texts, web addresses, yes or no."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django import forms
from django.db import models
from django.db.models.expressions import BaseExpression
from django.db.models.fields.json import KT
from django.db.models.functions import Cast
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from triptych.core_crm.custom_fields.kinds.base import Kind, Stored, Unfit, as_text

if TYPE_CHECKING:
    from triptych.core_crm.custom_fields.models import CustomField

YES = frozenset({"true", "yes", "1", "on", "y"})
NO = frozenset({"false", "no", "0", "off", "n"})


class Text(Kind):
    icon = "letter-case"
    longest = 300

    def clean(self, field: CustomField, given: Any) -> Stored:
        text = as_text(given)
        if len(text) > self.longest:
            raise Unfit(_("This is longer than %(limit)d characters. Shorten it.") % {"limit": self.longest})
        return text or None

    def form_field(self, field: CustomField, **options: Any) -> forms.Field:
        return forms.CharField(max_length=self.longest, **options)

    def words(self, field: CustomField, stored: Stored) -> str:
        return stored or ""


class LongText(Text):
    icon = "align-left"
    longest = 20_000

    def form_field(self, field: CustomField, **options: Any) -> forms.Field:
        return forms.CharField(max_length=self.longest, widget=forms.Textarea({"rows": 3}), **options)

    def show(self, field: CustomField, stored: Stored) -> SafeString | str:
        return format_html('<span class="prewrap">{}</span>', stored) if stored else ""

    def words(self, field: CustomField, stored: Stored) -> str:
        return (stored or "")[:2000]


class Url(Kind):
    icon = "link"
    longest = 1000

    def clean(self, field: CustomField, given: Any) -> Stored:
        text = as_text(given)
        if not text:
            return None
        if "://" not in text and not text.lower().startswith(("javascript:", "data:", "vbscript:")):
            text = f"https://{text}"
        try:
            parts = urlsplit(text)
            sound = parts.scheme.lower() in ("http", "https") and "." in (parts.hostname or "") and " " not in text
        except ValueError:
            sound = False
        if not sound or len(text) > self.longest:
            raise Unfit(_("This is no web address. One looks like https://example.com/page."))
        return text

    def form_field(self, field: CustomField, **options: Any) -> forms.Field:
        return forms.CharField(max_length=self.longest, widget=forms.TextInput({"inputmode": "url"}), **options)

    def show(self, field: CustomField, stored: Stored) -> SafeString | str:
        if not stored:
            return ""
        shown = urlsplit(stored).netloc + urlsplit(stored).path.rstrip("/")
        link = '<a href="{}" rel="noopener noreferrer nofollow" target="_blank">{}</a>'
        return format_html(link, stored, shown)

    def words(self, field: CustomField, stored: Stored) -> str:
        return urlsplit(stored).hostname or "" if stored else ""


class YesNo(Kind):
    icon = "toggle-right"
    output = models.BooleanField()

    def clean(self, field: CustomField, given: Any) -> Stored:
        if given is None or isinstance(given, bool):
            return given
        text = as_text(given).lower()
        if text in YES or text in NO:
            return text in YES
        if text:
            raise Unfit(_("This is neither yes nor no."))
        return None

    def form_field(self, field: CustomField, **options: Any) -> forms.Field:
        empty = [] if options.get("required") else [("", "—")]
        choices = [*empty, ("true", gettext_lazy("Yes")), ("false", gettext_lazy("No"))]
        return forms.ChoiceField(choices=choices, **options)

    def initial(self, field: CustomField, stored: Stored) -> str:
        return {True: "true", False: "false"}.get(stored, "")

    def text(self, field: CustomField, stored: Stored) -> str:
        return {True: _("Yes"), False: _("No")}.get(stored, "")

    def sql(self, field: CustomField) -> BaseExpression:
        return Cast(KT(f"custom__{field.key}"), self.output)
