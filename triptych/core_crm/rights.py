"""What a role may do to records at all. Who may see which record is asked of each noun's `access`."""

from triptych.platform.refusals import MayOnlyRead
from triptych.tenants.members.models import Member


def must_be_writer(member: Member) -> None:
    """Raises Forbidden for somebody who may only read."""
    if not member.may_write:
        raise MayOnlyRead()
