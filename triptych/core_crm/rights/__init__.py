"""Who may do what to which record. One place decides: `rights.access`.

A member has a role (a built-in one, or one of the workspace's own); a role gives a level for each act on each kind of
record: all, team, own or none. Teams are a tree, and single records can be shared beyond that.

    deals = access.visible(member, Deal.objects.alive())     # compiled into the list's SQL
    access.may(member, access.CHANGE, deal)                  # the same answer for one record
    access.must(member, access.DELETE, deal)                 # or Forbidden, with a sentence

The models are loaded after this module, which is the app's own, so it imports none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from triptych.platform.refusals import MayOnlyRead

if TYPE_CHECKING:
    from triptych.tenants.members.models import Member


def must_be_writer(member: Member) -> None:
    """Raises Forbidden for somebody who may only read, whatever the record."""
    if not member.may_write:
        raise MayOnlyRead()
