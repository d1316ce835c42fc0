"""What people type about deals."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from triptych.core_crm.contacts.access import companies_visible_to, contacts_visible_to
from triptych.core_crm.deals.models import Deal, DealContact, ForecastCategory, Pipeline, Stage
from triptych.core_crm.deals.money import own_currency
from triptych.core_crm.editing.fields import OwnerField, PickedField
from triptych.core_crm.editing.forms import RecordForm
from triptych.tenants.members.models import Member

LOST_REASONS = (
    _("Price"), _("Chose a competitor"), _("No budget"), _("No decision"), _("Bad timing"), _("Does not fit"),
)  # fmt: skip
LEAD_SOURCES = (
    _("Call"), _("Email"), _("Existing customer"), _("Partner"), _("Website"), _("Campaign"), _("Event"), _("Referral"),
)  # fmt: skip


def day(label: Any) -> forms.DateField:
    return forms.DateField(label=label, required=False, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))


def text(label: Any, length: int = 200, **options: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=length, required=False, **options)


class StageField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A stage, named with its pipeline when there are several."""

    def __init__(self, **options: Any) -> None:
        super().__init__(Stage.objects.none(), label=_("Stage"), empty_label=None, **options)

    def to_python(self, value: Any) -> Any:
        try:
            return super().to_python(value)
        except forms.ValidationError as error:  # also for what is no id at all
            raise forms.ValidationError(_("Choose one of the stages of this pipeline.")) from error

    def offer(self, pipeline: Pipeline) -> None:
        self.queryset = Stage.objects.active().filter(pipeline=pipeline).in_order()


class DealForm(RecordForm):
    name = forms.CharField(label=_("Name"), max_length=200)
    amount = forms.DecimalField(
        label=_("Amount"), required=False, min_value=0, max_digits=18, decimal_places=2,
        widget=forms.NumberInput({"step": "0.01", "inputmode": "decimal"}),
    )  # fmt: skip
    currency = text(_("Currency"), 3, help_text=_("Three letters, for example EUR."))
    close_date = day(_("Expected close"))
    probability = forms.IntegerField(label=_("Probability in per cent"), min_value=0, max_value=100, required=False)
    company = PickedField(
        records=companies_visible_to, url="/companies/pick/", create=_("Add company"), label=_("Company")
    )
    primary_contact = PickedField(records=contacts_visible_to, url="/contacts/pick/", label=_("Primary contact"))
    owner = OwnerField()
    next_step = text(_("Next step"))
    next_step_date = day(_("Next step on"))
    type = forms.ChoiceField(label=_("Type"), required=False, choices=[("", "—"), *Deal.Type.choices])
    lead_source = text(_("Lead source"), 100, widget=forms.TextInput({"list": "lead-sources"}))
    campaign = text(_("Campaign"))
    lost_reason = text(_("Lost reason"))
    description = forms.CharField(
        label=_("Description"), max_length=20_000, required=False, widget=forms.Textarea({"rows": 4})
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        deal: Any = self.record
        if deal is None or not deal.is_lost:
            self.fields.pop("lost_reason", None)
        if deal is None or not deal.is_open:
            self.fields.pop("probability", None)
        if deal is not None and deal.amount_is_total:
            self.fields.pop("amount", None)
            self.fields.pop("currency", None)

    def initial_of_new(self, member: Member) -> dict[str, Any]:
        return {**super().initial_of_new(member), "currency": own_currency()}

    def given(self) -> dict[str, Any]:
        """An emptied probability stays what it is."""
        given = super().given()
        if given.get("probability", 0) is None:
            del given["probability"]
        return given


class NewDealForm(DealForm):
    stage = StageField()

    field_order = (
        "version",
        "name",
        "company",
        "primary_contact",
        "amount",
        "currency",
        "stage",
        "close_date",
        "owner",
    )

    def __init__(self, *args: Any, pipeline: Pipeline, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["stage"].offer(pipeline)  # type: ignore[attr-defined]


class MoveForm(forms.Form):
    """Where a deal goes, why if it is lost, and the stage in which the person saw it."""

    stage = StageField()
    lost_reason = text(_("Why was it lost?"), widget=forms.TextInput({"list": "lost-reasons"}))
    seen_in = forms.ModelChoiceField(Stage.objects.all(), required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, pipeline: Pipeline, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["stage"].offer(pipeline)  # type: ignore[attr-defined]


class BuyingRoleForm(RecordForm):
    """Somebody who takes part in a deal."""

    contact = PickedField(records=contacts_visible_to, url="/contacts/pick/", label=_("Contact"), required=True)
    role = forms.ChoiceField(label=_("Buying role"), choices=DealContact.Role.choices)


class PipelineForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=80)


class StageForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=80)
    status = forms.ChoiceField(
        label=_("Meaning"), choices=Stage.Status.choices, help_text=_("Reports go by the meaning, whatever the name.")
    )
    probability = forms.IntegerField(label=_("Probability in per cent"), min_value=0, max_value=100)
    forecast_category = forms.ChoiceField(label=_("Forecast category"), choices=ForecastCategory.choices)
