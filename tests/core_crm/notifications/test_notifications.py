"""Who is told of what, by which way, and what they do with it."""

from datetime import datetime

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext

from triptych.core_crm.activities.actions import add_note
from triptych.core_crm.activities.records import RecordRef
from triptych.core_crm.cases import actions as cases
from triptych.core_crm.contacts.actions import create_contact, delete_contact, update_contact
from triptych.core_crm.contacts.models import Contact
from triptych.core_crm.notifications.actions import change_settings, mail_time, notify
from triptych.core_crm.notifications.hookspecs import NotificationKind
from triptych.core_crm.notifications.mentions import mentioned
from triptych.core_crm.notifications.models import Notification, NotificationSetting
from triptych.core_crm.rights.actions import create_role, give_role
from triptych.platform.refusals import Refused
from triptych.platform.scope import entered
from triptych.tenants.members.models import Member

pytestmark = pytest.mark.django_db


IMPORT = """mutation ($files: [ImportFileInput!]!, $mode: Mode!) {
    importFiles(input: {files: $files, mode: $mode}) { problems { message } } }"""


@pytest.fixture
def told(tenant):
    """What members were told, as (name, kind, title)."""

    def told():
        with entered(tenant):
            rows = Notification.objects.select_related("member").order_by("created_at", "pk")
            return [(one.member.name, one.kind, one.title) for one in rows]

    return told


@pytest.fixture
def contact(tenant, members, now):
    with entered(tenant):
        return create_contact(first_name="Ilse", owner=members["member"], by=members["member"], now=now)


@pytest.fixture
def something(tenant, members, contact, now):
    """The member was told something of the contact."""
    with entered(tenant):
        notify(
            to=[members["member"]], kind="shared", title="Peek at her", key="look", url=contact.get_absolute_url(),
            about=RecordRef.of(contact), by=members["owner"].pk, now=now,
        )  # fmt: skip
        return Notification.objects.get()


def test_who_is_given_a_record_is_told_and_who_takes_it_is_not(tenant, members, contact, told, drain, now):
    with entered(tenant):
        update_contact(contact=contact, owner=members["admin"], by=members["owner"], now=now)
        update_contact(contact=contact, first_name="Ilsa", by=members["owner"], now=now)
    drain()
    with entered(tenant):
        update_contact(contact=contact, owner=members["owner"], by=members["owner"], now=now)
    drain()

    assert told() == [("Admin", "assigned", "Contact for you: Ilsa")]


def test_who_is_given_many_at_once_hears_once_how_many_and_is_led_to_their_list(
    cast, api, tenant, members, told, drain, now
):
    def bring(owners, mode):
        rows = "".join(f"{name}@x.example,{name},{who}\n" for name, who in zip("abc", owners, strict=True))
        file = [{"fileName": "f.csv", "text": f"email,first name,owner\n{rows}", "object": "contacts"}]
        api(IMPORT, files=file, mode=mode)
        drain()

    bring(("", "", ""), "CREATE")
    bring(("admin", "admin", "member"), "UPDATE_ONLY")
    assert sorted(told()) == [
        ("Admin", "assigned", "Contacts for you: 2"),
        ("Member", "assigned", "Contact for you: c"),
    ]
    with entered(tenant):
        assert Notification.objects.get(member=members["admin"]).url == "/contacts/?owner=me"
        ids = [str(pk) for pk in Contact.objects.values_list("pk", flat=True)]
    page = cast["admin"].get("/contacts/?owner=me").content.decode()
    assert ["@x.example" in page, "c@x.example" in page] == [True, False]

    bring(("admin", "admin", "member"), "UPDATE_ONLY")
    data = {"row": ids, "field": "owner", "value": str(members["member"].pk), "step": "do", "sure": "1"}
    cast["owner"].post("/contacts/bulk/change/", data, headers={"HX-Request": "true"})
    drain()
    assert told()[2:] == [("Member", "assigned", "Contacts for you: 2")]


def test_a_mention_in_a_note_is_told_once_with_the_record(tenant, members, contact, told, drain, now):
    with entered(tenant):
        records = [RecordRef.of(contact)]
        add_note(
            text="@Admin and @member: call her. mail@Reader.example", records=records, by=members["member"], now=now
        )
    drain()

    assert told() == [("Admin", "mentioned", "Member mentioned you on Ilse")]


def test_longest_name_counts_and_inactive_people_are_nobody():
    ada, lovelace = Member(name="Ada"), Member(name="Ada Lovelace")

    assert mentioned("@ada lovelace, please", [ada, lovelace]) == [lovelace]
    assert mentioned("@Ada, please. @Adam", [ada, lovelace]) == [ada]


def test_an_answer_on_a_case_is_told_to_its_owner_and_an_internal_note_may_mention(
    tenant, members, contact, told, drain, now
):
    with entered(tenant):
        by = members["member"]
        case = cases.create_case(subject="Broken", contact=contact, owner=by, by=by, now=now)
        cases.reply(case=case, body="Still broken?", by=members["owner"], now=now)
        cases.add_internal_note(case=case, body="@Reader knows this", by=by, now=now)
    drain()

    assert {(name, kind) for name, kind, _title in told()} == {("Member", "reply"), ("Reader", "mentioned")}


def test_mails_wait_for_working_hours_or_the_digest(tenant, members, contact, now):
    evening = datetime.fromisoformat("2026-03-06T20:00:00+00:00")  # a Friday
    with entered(tenant):
        quiet, digest = NotificationSetting(), NotificationSetting(is_digest=True)
        loud = NotificationSetting(is_quiet=False)
        times = [mail_time(setting, evening) for setting in (quiet, digest, loud)]

    assert [f"{at:%a %H:%M}" for at in times] == ["Mon 09:00", "Sat 07:00", "Fri 20:00"]


def test_one_mail_for_all_that_waits_without_what_was_read_or_is_gone(tenant, members, contact, something, drain, now):
    member = members["member"]
    with entered(tenant):
        gone = create_contact(first_name="Gone", by=None, now=now)
        for key, about in (("two", contact), ("three", gone)):
            notify(to=[member], kind="shared", title=f"Of {key}", key=key, about=RecordRef.of(about), now=now)
        delete_contact(contact=gone, by=None, now=now)
        Notification.objects.filter(key="look").update(read_at=now)
    drain()
    drain()

    [sent] = mail.outbox
    assert (sent.to, sent.subject, "Of three" in sent.body) == (["member@acme.example"], "Of two", False)


def test_told_once_for_a_key_never_of_own_acts_nor_of_what_one_does_not_see(tenant, members, contact, told, now):
    with entered(tenant):
        about = RecordRef.of(contact)
        everybody = list(members.values())
        first = notify(to=everybody, kind="due", title="x", key="k", by=members["owner"].pk, about=about, now=now)
        again = notify(to=everybody, kind="due", title="x", key="k", by=members["owner"].pk, about=about, now=now)
        delete_contact(contact=contact, by=None, now=now)
        gone = notify(to=everybody, kind="due", title="x", key="other", about=about, now=now)

    assert (first, again, gone) == (3, 0, 0)


def test_the_bell_costs_a_page_no_statement(cast, tenant, something):
    page = cast["member"].get("/notifications/settings/").content.decode()
    count = cast["member"].get("/notifications/count/").content.decode()
    assert ('hx-get="/notifications/count/"' in page, "bell-count" in count) == (True, True)
    with CaptureQueriesContext(connection) as queries:
        cast["member"].get("/settings/profile/")
    assert not [query for query in queries if "notifications_notification" in query["sql"]]


@pytest.mark.parametrize(("who", "status"), [("member", 302), ("admin", 404), ("outsider", 302), ("stranger", 302)])
def test_only_ones_own_are_read_and_lead_on(cast, tenant, something, contact, who, status):
    response = cast[who].post(f"/notifications/{something.pk}/read/")
    with entered(tenant):
        is_read = Notification.objects.get().read_at is not None

    assert (response.status_code, is_read) == (status, who == "member")
    if who == "member":
        assert response["Location"] == contact.get_absolute_url()
        cast[who].post(f"/notifications/{something.pk}/unread/")
        assert "Peek at her" in cast[who].get("/notifications/?unread=1").content.decode()
        cast[who].post("/notifications/read/")
        assert "Peek at her" not in cast[who].get("/notifications/?unread=1").content.decode()


def test_what_is_about_a_record_that_is_gone_is_shown_nowhere(cast, tenant, something, contact, now, api):
    assert "Peek at her" in cast["member"].get("/notifications/").content.decode()
    with entered(tenant):
        delete_contact(contact=contact, by=None, now=now)

    assert "Peek at her" not in cast["member"].get("/notifications/").content.decode()
    assert "bell-count" not in cast["member"].get("/notifications/count/").content.decode()
    assert api("{ notifications { edges { node { title } } } unreadNotificationCount }", who="member")["data"] == {
        "notifications": {"edges": []}, "unreadNotificationCount": 0,
    }  # fmt: skip


def test_each_chooses_kind_by_kind_how_they_are_told(cast, tenant, members, contact, told, now):
    cast["member"].post("/notifications/settings/", {"told": ["due:mail"], "is_digest": "on", "digest_time": "06:30"})
    with entered(tenant):
        for kind in ("due", "shared"):
            notify(to=[members["member"]], kind=kind, title=kind, key=kind, now=now)
        setting = NotificationSetting.objects.get()
        [one] = Notification.objects.all()

    assert (setting.is_quiet, setting.is_digest, f"{setting.digest_time:%H:%M}") == (False, True, "06:30")
    assert (one.kind, one.in_app, one.mail_at is not None) == ("due", False, True)
    assert cast["member"].post("/notifications/settings/", {"digest_time": "late"}).status_code == 422


def test_a_plugin_brings_a_kind_of_its_own(cast, pretend):
    pretend("pear", notification_kinds=lambda: [NotificationKind("pear.ripe", "A pear is ripe")])

    assert "A pear is ripe" in cast["member"].get("/notifications/settings/").content.decode()


def test_the_picker_offers_people_by_the_beginning_of_a_word(cast):
    found = cast["reader"].get("/notifications/people/?q=ad").json()
    nobody = cast["reader"].get("/notifications/people/?q=%00zz").json()

    assert ([one["text"] for one in found], nobody) == (["Admin"], [])


def test_the_api_reads_marks_and_sets(api, tenant, something, members, now):
    listed = api("{ notifications { edges { node { id title kind by { name } } } } }", who="member")["data"]
    [node] = [edge["node"] for edge in listed["notifications"]["edges"]]
    mark = """mutation ($input: MarkNotificationsReadInput!) { markNotificationsRead(input: $input) {
      count problems { code } } }"""
    foreign = api(mark, who="admin", input={"ids": [node["id"]]})["data"]["markNotificationsRead"]
    mine = api(mark, who="member", input={"ids": [node["id"]]})["data"]["markNotificationsRead"]
    change = """mutation ($input: UpdateNotificationSettingsInput!) { updateNotificationSettings(input: $input) {
      settings { isDigest channels { kind byMail } } problems { field } } }"""
    wrong = {"channels": [{"kind": "nothing", "inApp": True, "byMail": True}]}
    bad = api(change, who="member", input=wrong)["data"]["updateNotificationSettings"]
    good = api(change, who="member", input={"isDigest": True})["data"]["updateNotificationSettings"]

    assert (node["title"], node["kind"], foreign["count"], mine["count"]) == ("Peek at her", "shared", 0, 1)
    assert (bad["problems"], bad["settings"], good["settings"]["isDigest"]) == ([{"field": "channels"}], None, True)


def test_settings_of_a_kind_that_does_not_exist_change_nothing(tenant, members):
    with entered(tenant):
        with pytest.raises(Refused):
            change_settings(member=members["member"], channels={"nothing": {"app": True}})
        assert not NotificationSetting.objects.exists()


def test_a_mention_tells_nothing_of_a_text_that_is_hidden_from_the_reader(tenant, members, contact, drain, now):
    with entered(tenant):
        by, hidden = members["owner"], {"activity": {"description": "hidden"}}
        role = create_role(name="Clerk", base="reader", rights={}, field_rights=hidden, by=by, now=now)
        give_role(member=Member.objects.get(pk=members["reader"].pk), role=role, by=by, now=now)
        text = "@Reader and @Admin: the secret"
        add_note(records=[RecordRef.of(contact)], text=text, by=members["member"], now=now)
    drain()
    with entered(tenant):
        bodies = dict(Notification.objects.filter(kind="mentioned").values_list("member__name", "body"))
    assert bodies == {"Admin": text, "Reader": ""}
