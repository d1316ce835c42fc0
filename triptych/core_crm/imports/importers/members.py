"""Members without a sign-in: agents who own records, with their managers and regions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from triptych.core_crm.contacts import channels
from triptych.core_crm.imports.images import image_of
from triptych.core_crm.imports.importer import Change, Field, Importer, Kind, Row, Unknown, Writing
from triptych.platform import events
from triptych.platform.changes import check_fields
from triptych.tenants.members.models import Member

KIND = "members.member"


class MemberImporter(Importer):
    name = "members"
    home = "/settings/people/"
    label = _("Members")
    icon = "users"
    model = Member
    needs_admin = True
    reference_synonyms = ("agent id", "employee id", "personnel number")

    def fields(self) -> tuple[Field, ...]:
        agent = (
            "sales agent",
            "agent",
            "sales rep",
            "rep",
            "seller",
            "employee",
            "person",
            "member",
            "user",
            "full name",
        )
        return (
            Field("name", pgettext_lazy("person", "Name"), synonyms=agent, required=True),
            Field(
                "manager",
                _("Manager"),
                Kind.LINK,
                ("boss", "supervisor", "reports to", "team lead"),
                link="members",
                unknown=Unknown.CREATE,
                deferred=True,
            ),
            Field("region", _("Region"), synonyms=("regional office", "office", "territory", "area"), max_length=100),
            Field("email", _("Email"), Kind.EMAIL, ("mail", "e-mail"), max_length=254, clean=channels.clean_email),
        )

    def names(self) -> Iterable[tuple[UUID, str]]:
        return Member.objects.active().order_by("created_at", "pk").values_list("pk", "name")

    def other_names(self) -> Iterable[tuple[UUID, str]]:
        return Member.objects.active().exclude(email="").order_by("created_at", "pk").values_list("pk", "email")

    def write(self, rows: Sequence[Row], writing: Writing) -> list[Change]:
        existing = Member.objects.in_bulk([row.existing for row in rows if row.existing])
        changes: list[Change] = []
        created: list[Member] = []
        for row in rows:
            member = existing.get(row.existing) if row.existing else None
            if member is None:
                member = Member(created_at=writing.at, role=Member.Role.MEMBER)
                created.append(member)
                changes.append(Change(row.number, KIND, member.pk))
            else:
                changes.append(Change(row.number, KIND, member.pk, image_of(member)))
            row.existing = member.pk
            if member.person_id:
                continue  # who signs in keeps their own name and address
            for name in ("name", "region", "email"):
                setattr(member, name, row.values.get(name, getattr(member, name)))
            check_fields(member, only=("name", "region", "email"))
        Member.objects.bulk_create(created)
        Member.objects.bulk_update(list(existing.values()), ["name", "region", "email"])
        for member in created:
            events.announce("member.added", member, by=writing.by, at=writing.at)
        return changes

    def link(self, rows: Sequence[Row], writing: Writing) -> list[Change]:
        """Set the managers. Nobody manages themselves, over however many others."""
        above: dict[UUID, UUID | None] = dict(Member.objects.values_list("pk", "manager_id"))
        members = Member.objects.in_bulk([row.existing for row in rows if row.existing])
        changes: list[Change] = []
        for row in rows:
            member, manager = members[row.existing], row.values["manager"]
            if _is_below(manager, member.pk, above):
                writing.doubt(row.number, "manager", row.texts["manager"], str(_("Nobody can be their own manager.")))
            elif member.manager_id != manager:
                changes.append(Change(row.number, KIND, member.pk, image_of(member)))
                member.manager_id = above[member.pk] = manager
        Member.objects.bulk_update(list(members.values()), ["manager"])
        return changes


def _is_below(manager: UUID, member: UUID, above: Mapping[UUID, UUID | None]) -> bool:
    """Whether the manager is the member or reports to them, directly or over others."""
    step: UUID | None = manager
    for _step in range(len(above) + 1):
        if step is None or step == member:
            break
        step = above.get(step)
    return step == member
