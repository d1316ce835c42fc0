"""Settings, Fields: who may make, change, order, delete and bring back fields, and what is refused."""

import pytest

from triptych.core_crm.contacts.models import Contact
from triptych.core_crm.custom_fields import actions
from triptych.core_crm.custom_fields.models import CustomField
from triptych.platform.scope import entered

pytestmark = pytest.mark.django_db

HOME = "/settings/fields/"
RIGHTS = {"seen_by": "everybody", "changed_by": "everybody"}


def labels(tenant, object="contact"):
    with entered(tenant):
        return [field.label for field in CustomField.objects.alive().on(object).in_order()]


@pytest.mark.parametrize(
    ("who", "status", "made"),
    [("owner", 302, ["Tier"]), ("admin", 302, ["Tier"]), ("member", 403, []), ("reader", 403, []),
     ("outsider", 302, []), ("stranger", 302, [])],
)  # fmt: skip
def test_owners_and_admins_make_fields(cast, tenant, who, status, made):
    data = {"label": "Tier", "options-0-label": "Gold", "options-1-label": "5 %", **RIGHTS}
    response = cast[who].post(f"{HOME}new/?object=contact&kind=choice", data)

    assert (response.status_code, labels(tenant)) == (status, made)
    if made:
        with entered(tenant):
            field = CustomField.objects.get()
        assert field.api_name == "tier"
        assert [option["name"] for option in field.options] == ["GOLD", "OPTION_5"]


@pytest.mark.parametrize("who", ["owner", "admin", "member", "reader"])
def test_everybody_sees_which_fields_there_are(cast, add_field, who):
    add_field("text", "Customer number")
    add_field("text", "Margin", seen_by="admins")

    page = cast[who].get(HOME).content.decode()

    assert "Customer number" in page
    assert ("Margin" in page) is (who in ("owner", "admin"))
    assert (f"{HOME}new/" in page) is (who in ("owner", "admin"))


@pytest.mark.parametrize(
    ("kind", "wrong", "said"),
    [
        ("text", {"label": " "}, "This field is required."),
        ("text", {"label": "customer NUMBER"}, "Another field of these records has this label."),
        ("text", {"label": "x" * 61}, "at most 60 characters"),
        ("text", {"api_name": "Bad-Name"}, "An API name begins with a small letter"),
        ("text", {"api_name": "customerNumber"}, "Another field has, or had, this API name."),
        ("text", {"is_required": "on", "changed_by": "admins"}, "A required field is one that everybody may see"),
        ("text", {"seen_by": "nobody"}, "Select a valid choice."),
        ("choice", {}, "Give at least one option to choose from."),
        ("choice", {"options-0-label": "Gold", "options-1-label": "gold"}, "is there twice."),
        ("choice", {"options-0-label": "x" * 61}, "longer than 60 characters"),
        ("record", {"target": "invoice"}, "Select a valid choice."),
        ("record", {"target": ""}, "Say what the field leads to"),
    ],
)
def test_a_field_that_cannot_be_is_refused_beside_its_input(cast, tenant, add_field, kind, wrong, said):
    add_field("text", "Customer number")
    response = cast["owner"].post(f"{HOME}new/?kind={kind}", {"label": "Tier", **RIGHTS, **wrong})

    assert (response.status_code, labels(tenant)) == (422, ["Customer number"])
    assert said in response.content.decode()


@pytest.mark.parametrize("address", ["?object=invoice", "new/?object=invoice", f"{'0' * 8}-0000-7000-8000-{'0' * 12}/"])
def test_what_is_not_there_is_404(cast, address):
    assert cast["owner"].get(HOME + address).status_code == 404


def test_a_new_field_begins_with_its_kind(cast):
    page = cast["owner"].get(f"{HOME}new/?object=deal").content.decode()
    assert "?object=deal&amp;kind=money" in page


def test_renaming_a_field_and_its_options_keeps_the_values(cast, tenant, members, add_field, contact, now):
    field = add_field("choice", "Tier", options=["Gold", "Silver"])
    url = f"{contact.get_absolute_url()}edit/"
    cast["member"].post(url, {"last_name": "Rossi", "version": 1, field.form_name: "GOLD"})

    data = {
        "label": "Level",
        "options-0-label": "Premium",
        "options-0-name": "GOLD",
        "options-1-label": "New",
        **RIGHTS,
    }
    assert cast["admin"].post(f"{HOME}{field.pk}/", data).status_code == 302

    with entered(tenant):
        field.refresh_from_db()
        assert (field.label, field.api_name) == ("Level", "tier")
        assert [(one["name"], one["is_active"]) for one in field.options] == [
            ("GOLD", True), ("NEW", True), ("SILVER", False),
        ]  # fmt: skip
        assert Contact.objects.get(pk=contact.pk).custom == {field.key: "GOLD"}
    page = cast["reader"].get(contact.get_absolute_url()).content.decode()
    assert "Level" in page
    assert "Premium" in page


def test_deleting_hides_and_bringing_back_shows_the_values_again(cast, tenant, add_field, contact):
    field = add_field("text", "Nickname")
    url = contact.get_absolute_url()
    cast["member"].post(f"{url}edit/", {"last_name": "Rossi", "version": 1, field.form_name: "Pippo"})
    assert "Pippo" in cast["reader"].get(url).content.decode()

    cast["admin"].post(f"{HOME}{field.pk}/delete/")
    assert "Pippo" not in cast["reader"].get(url).content.decode()
    assert "Nickname" in cast["owner"].get(HOME).content.decode()

    cast["admin"].post(f"{HOME}{field.pk}/restore/")
    assert "Pippo" in cast["reader"].get(url).content.decode()


def test_a_field_deleted_a_month_ago_is_forgotten_with_its_values(cast, tenant, members, add_field, contact, now):
    kept, gone = add_field("text", "Kept"), add_field("text", "Gone")
    data = {"last_name": "Rossi", "version": 1, kept.form_name: "a", gone.form_name: "b"}
    cast["member"].post(f"{contact.get_absolute_url()}edit/", data)

    with entered(tenant):
        actions.delete_field(field=gone, by=members["owner"], now=now)
        assert actions.purge_fields(now=now + actions.KEPT_FOR * 0.9) == 0
        assert actions.purge_fields(now=now + actions.KEPT_FOR) == 1
        values = Contact.objects.get(pk=contact.pk).custom
        assert [values.get(kept.key), gone.key in values, f"~{gone.key}" in values] == ["a", False, False]
        assert CustomField.objects.count() == 1


def test_a_deleted_field_whose_label_is_taken_stays_deleted(cast, tenant, add_field):
    field = add_field("text", "Nickname")
    cast["owner"].post(f"{HOME}{field.pk}/delete/")
    add_field("text", "nickname")

    cast["owner"].post(f"{HOME}{field.pk}/restore/")
    assert labels(tenant) == ["nickname"]


def test_fields_are_moved_up_and_down(cast, tenant, add_field):
    first, second = add_field("text", "First"), add_field("text", "Second")

    cast["owner"].post(f"{HOME}{second.pk}/move/", {"up": "1"})
    assert labels(tenant) == ["Second", "First"]
    cast["owner"].post(f"{HOME}{second.pk}/move/", {"down": "1"})
    cast["owner"].post(f"{HOME}{second.pk}/move/", {"down": "1"})
    assert labels(tenant) == ["First", "Second"]
    assert cast["member"].post(f"{HOME}{first.pk}/move/", {"down": "1"}).status_code == 403


@pytest.mark.parametrize("act", ["", "move/", "delete/", "restore/"])
@pytest.mark.parametrize(("who", "status"), [("member", 403), ("reader", 403), ("outsider", 302), ("stranger", 302)])
def test_nobody_else_changes_a_field(cast, tenant, members, add_field, now, act, who, status):
    field = add_field("text", "Nickname")
    if act == "restore/":
        with entered(tenant):
            actions.delete_field(field=field, by=members["owner"], now=now)
    before = labels(tenant)

    assert cast[who].post(f"{HOME}{field.pk}/{act}", {"label": "Other", **RIGHTS}).status_code == status
    assert labels(tenant) == before


def test_there_is_an_end_of_fields(tenant, members, add_field, now, monkeypatch):
    monkeypatch.setattr(actions, "MOST", 2)
    add_field("text", "One")
    add_field("text", "Two")
    with pytest.raises(actions.Refused, match="There are 2 fields already"):
        add_field("text", "Three")


@pytest.mark.parametrize(
    ("label", "name"),
    [("Favourite colour", "favouriteColour"), ("Любимый цвет", "lyubimyyTsvet"), ("5 %", "field5"), ("。", "field"),
     ("Größe (cm)", "grosseCm"), ("x" * 60, "x" * 40)],
)  # fmt: skip
def test_api_names_are_made_of_labels_in_any_script(add_field, label, name):
    assert add_field("text", label).api_name == name
