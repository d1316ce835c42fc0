"""What people type about deals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from triptych.core_crm.calendar.days import DayInput
from triptych.core_crm.contacts.access import companies_visible_to, contacts_visible_to
from triptych.core_crm.deals.actions import BuyingRole
from triptych.core_crm.deals.actions.gates import Gate, offered_gates
from triptych.core_crm.deals.lost_reasons import lost_reasons
from triptych.core_crm.deals.models import Competitor, Deal, DealContact, ForecastCategory, Pipeline, Requirement, Stage
from triptych.core_crm.editing.fields import OwnerField, PickedField
from triptych.core_crm.editing.forms import RecordForm
from triptych.core_crm.money import own_currency
from triptych.platform.languages.numbers import DecimalField
from triptych.tenants.members.models import Member

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

    def offer_moves(self, pipeline: Pipeline) -> None:
        self.queryset = Stage.objects.open_to(pipeline.pk).in_order()


class DealForm(RecordForm):
    custom_of = "deal"

    name = forms.CharField(label=_("Name"), max_length=200)
    amount = DecimalField(
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
    next_step_date = forms.DateField(label=_("Next step on"), required=False, widget=DayInput)
    type = forms.ChoiceField(label=_("Type"), required=False, choices=[("", "—"), *Deal.Type.choices])
    lead_source = text(_("Lead source"), 100, widget=forms.TextInput({"list": "lead-sources"}))
    campaign = text(_("Campaign"))
    lost_reason = text(_("Lost reason"))
    lost_details = forms.CharField(
        label=_("More on why it was lost"), max_length=2_000, required=False, widget=forms.Textarea({"rows": 2})
    )
    description = forms.CharField(
        label=_("Description"), max_length=20_000, required=False, widget=forms.Textarea({"rows": 4})
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        deal: Any = self.record
        if deal is None or not deal.is_lost:
            self.fields.pop("lost_reason", None)
            self.fields.pop("lost_details", None)
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
    """Where a deal goes, why if it is lost, and the stage in which the person saw it.

    A reason is chosen, or said in own words; words beside a chosen one are details.
    """

    stage = StageField()
    reason = forms.ChoiceField(label=_("Why was it lost?"), required=False, widget=forms.RadioSelect)
    lost_reason = forms.CharField(
        label=_("In your own words"), max_length=2_000, required=False, widget=forms.Textarea({"rows": 2})
    )
    lost_to = forms.ModelChoiceField(
        Competitor.objects.alive().by_name(), required=False, label=_("Lost to"), empty_label=_("Nobody, or not known")
    )
    seen_in = forms.ModelChoiceField(Stage.objects.all(), required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, pipeline: Pipeline, **options: Any) -> None:
        super().__init__(*args, **options)
        self.label_suffix = ""
        self.fields["stage"].offer_moves(pipeline)  # type: ignore[attr-defined]
        self.fields["reason"].choices = [(reason, reason) for reason in lost_reasons()]  # type: ignore[attr-defined]

    @property
    def why_lost(self) -> dict[str, str]:
        """The reason and the details, as the action takes them."""
        chosen, words = self.cleaned_data.get("reason", ""), self.cleaned_data.get("lost_reason", "")
        return {"lost_reason": chosen, "lost_details": words} if chosen else {"lost_reason": words}


class GateForm(DealForm):
    """What a deal lacks for a stage, asked in the dialog of the move. `beyond` is what cannot be filled in there."""

    decision_maker = PickedField(records=contacts_visible_to, url="/contacts/pick/", label=_("Decision maker"))

    def __init__(self, *args: Any, missing: Sequence[Gate], **options: Any) -> None:
        super().__init__(*args, **options)
        inputs = {gate: FILLED_BY.get(gate.name, (gate.field or gate.name,)) for gate in missing}
        self.missing = missing
        self.beyond = [gate for gate, fields in inputs.items() if not any(name in self.fields for name in fields)]
        names = [name for fields in inputs.values() for name in fields]
        self.fields = {name: self.fields[name] for name in names if name in self.fields}
        for field in self.fields.values():
            field.required = field is not self.fields.get("next_step_date")

    @property
    def all_missing(self) -> list[dict[str, str]]:
        """Everything that the deal lacks, as the member may know it."""
        return [{"label": gate.label_for(self.member), "how": gate.how} for gate in self.missing]

    def given(self) -> dict[str, Any]:
        given = super().given()
        if decides := given.pop("decision_maker", None):
            deal: Any = self.record
            others = deal.deal_contacts.exclude(contact=decides).select_related("contact").order_by("pk")
            given["contacts"] = [
                *(BuyingRole(other.contact, other.role) for other in others),
                BuyingRole(decides, DealContact.Role.DECISION_MAKER),
            ]
        return given


FILLED_BY: dict[str, tuple[str, ...]] = {
    Requirement.DECISION_MAKER: ("decision_maker",),
    Requirement.AMOUNT: ("amount", "currency"),
    Requirement.NEXT_STEP: ("next_step", "next_step_date"),
    Requirement.CONTACT: ("primary_contact",),
}
"""The fields of the form by which a requirement is met, where they are not called the same."""


class ReopenForm(forms.Form):
    """Where a closed deal goes back to, and why."""

    to = StageField()
    reason = text(_("Why is it open again?"))

    def __init__(self, *args: Any, pipeline: Pipeline, **options: Any) -> None:
        super().__init__(*args, **options)
        self.label_suffix = ""
        stages: Any = self.fields["to"]
        stages.queryset = Stage.objects.active().open().filter(pipeline=pipeline).in_order()


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
    stale_after_days = forms.IntegerField(
        label=_("Stale after days"),
        min_value=1,
        max_value=3650,
        required=False,
        help_text=_("A deal that stands here longer is marked."),
    )
    required_fields = forms.MultipleChoiceField(
        label=_("A deal needs this to enter"),
        choices=Requirement.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, stage: Stage | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        wanted: Any = self.fields["required_fields"]
        wanted.choices = [*Requirement.choices, *((gate.name, _choice(gate)) for gate in _offered(stage))]
        if stage is not None:
            self.initial["required_fields"] = [*stage.required_fields, *stage.further_gates]

    def given(self) -> dict[str, Any]:
        """What to set on the stage: core's requirements, and what own fields and plugins bring."""
        chosen = self.cleaned_data["required_fields"]
        core = [name for name in chosen if name in Requirement.values]
        further = [name for name in chosen if name not in Requirement.values]
        return {**self.cleaned_data, "required_fields": core, "further_gates": further}


def _offered(stage: Stage | None) -> list[Gate]:
    return offered_gates(stage.further_gates if stage else ())


def _choice(gate: Gate) -> str:
    if gate.is_asked:
        return gate.label
    return gettext("%(label)s (no longer asked for)") % {"label": gate.label}
