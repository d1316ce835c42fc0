"""Which language a page, a mail and a program's answer are in."""

import pytest
from django.core import mail
from django.test import Client
from django.utils.translation import gettext, ngettext, override

from triptych.core_crm.notifications.actions import notify
from triptych.core_crm.notifications.mails import send_waiting
from triptych.core_crm.notifications.models import Notification
from triptych.platform.languages.wording import counted, within_sentence
from triptych.platform.scope import CONTROL, entered
from triptych.tenants.members.models import Member
from triptych.tenants.models import Tenant

pytestmark = pytest.mark.django_db


@pytest.fixture
def german(tenant):
    """The workspace speaks German."""
    with entered(CONTROL):
        Tenant.objects.filter(pk=tenant.pk).update(language="de")
    tenant.language, former = "de", tenant.language
    yield tenant
    tenant.language = former


def spoken(client, path="/settings/profile/", **headers):
    response = client.get(path, headers=headers)
    return response.headers["Content-Language"], f'<html lang="{response.headers["Content-Language"]}"' in response.text


@pytest.mark.parametrize(("asked", "language"), [("pl", "pl"), ("fr, es-MX;q=0.8", "es"), ("fr", "de"), ("", "de")])
def test_strangers_are_spoken_to_as_their_browser_asks_else_in_the_language_of_the_workspace(
    cast, german, asked, language
):
    assert spoken(cast["stranger"], "/login/", **{"accept-language": asked}) == (language, True)


def test_a_member_is_spoken_to_in_the_language_of_the_workspace_whatever_the_browser_asks(cast, german):
    assert spoken(cast["member"], **{"accept-language": "pl"}) == ("de", True)
    assert spoken(cast["member"], "/there-is-no-such-page/", **{"accept-language": "pl"}) == ("de", True)


def test_a_member_chooses_a_language_for_themselves_alone_and_takes_it_back(cast, german, members):
    chosen = cast["member"].post("/settings/profile/", {"name": members["member"].name, "language": "it"})

    assert chosen.status_code == 302
    assert spoken(cast["member"]) == ("it", True)
    assert spoken(cast["reader"]) == ("de", True)
    cast["member"].post("/settings/profile/", {"name": members["member"].name, "language": ""})
    assert spoken(cast["member"]) == ("de", True)


def test_a_language_that_we_do_not_speak_is_refused_and_nothing_is_changed(cast, members, in_tenant):
    response = cast["member"].post("/settings/profile/", {"name": "Somebody Else", "language": "tlh"})

    members["member"].refresh_from_db()
    assert response.status_code == 422
    assert (members["member"].language, members["member"].name) != ("tlh", "Somebody Else")
    assert members["member"].language == ""


def test_the_words_of_one_visitor_do_not_stay_for_the_next(cast, german):
    assert spoken(cast["member"])[0] == "de"
    elsewhere = Client(headers={"host": "nobody-has-this.localhost", "accept-language": "es"}).get("/")
    assert elsewhere.status_code == 404
    assert elsewhere.headers["Content-Language"] == "es"


def test_a_member_gets_mails_in_their_language(german, in_tenant, members, now):
    reader = members["reader"]
    reader.language = "it"
    reader.save(update_fields=["language"])
    for key in ("one", "two"):
        notify(to=[reader], kind="assigned", title="Something", key=key, now=now)
    Notification.objects.filter(member=reader).update(mail_at=now)

    assert send_waiting(reader, now=now) == 2
    with override("it"):
        said = ngettext("%(count)s thing for you in %(where)s", "%(count)s things for you in %(where)s", 2)
    assert [one.subject for one in mail.outbox] == [said % {"count": 2, "where": german}]
    assert "things" not in said


def test_each_is_told_in_their_own_language(german, in_tenant, members, now):
    Member.objects.filter(pk=members["reader"].pk).update(language="it")
    people = Member.objects.filter(pk__in=[members["reader"].pk, members["member"].pk])

    notify(to=people, kind="shared", title=lambda reader: gettext("Deals"), key="k", now=now)

    told = dict(Notification.objects.filter(key="k").values_list("member__role", "title"))
    assert told == {"reader": "Trattative", "member": "Deals"}


def test_labels_and_numbers_stand_in_sentences_as_the_language_writes_them():
    said = {}
    for language in ("en", "de", "ru", "es"):
        with override(language):
            said[language] = within_sentence("Price books"), counted(12_500)
    assert said == {
        "en": ("price books", "12,500"), "de": ("Price books", "12.500"), "ru": ("price books", "12\xa0500"),
        "es": ("price books", "12.500"),
    }  # fmt: skip
