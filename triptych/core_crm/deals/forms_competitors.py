"""What people type about competitors and lost deals."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from triptych.core_crm.contacts.access import companies_visible_to
from triptych.core_crm.deals.access import competitors_visible_to
from triptych.core_crm.deals.models import Deal, DealCompetitor
from triptych.core_crm.editing.fields import PickedField
from triptych.core_crm.editing.forms import RecordForm


class CompetitorForm(RecordForm):
    name = forms.CharField(label=_("Name"), max_length=200)
    website = forms.URLField(label=_("Website"), max_length=200, required=False, assume_scheme="https")
    strengths = forms.CharField(
        label=_("Strengths"), max_length=5_000, required=False, widget=forms.Textarea({"rows": 3})
    )
    weaknesses = forms.CharField(
        label=_("Weaknesses"), max_length=5_000, required=False, widget=forms.Textarea({"rows": 3})
    )
    company = PickedField(records=companies_visible_to, url="/companies/pick/", label=_("Company"))


class DealCompetitorForm(RecordForm):
    """Somebody who competes for a deal."""

    competitor = PickedField(
        records=competitors_visible_to, url="/deals/competitors/pick/", create=_("Add competitor"),
        label=_("Competitor"), required=True,
    )  # fmt: skip
    state = forms.ChoiceField(label=_("How it stands"), choices=DealCompetitor.State.choices)

    def __init__(self, *args: Any, deal: Deal, **options: Any) -> None:
        super().__init__(*args, **options)
        if not deal.is_lost:
            states: Any = self.fields["state"]
            states.choices = [choice for choice in states.choices if choice[0] != DealCompetitor.State.LOST_TO]


class LostReasonsForm(forms.Form):
    reasons = forms.CharField(
        label=_("Reasons"),
        required=False,
        max_length=12_000,
        widget=forms.Textarea({"rows": 8}),
        help_text=_("One on each line, in the order in which they are offered. Empty stands for the usual ones."),
    )
