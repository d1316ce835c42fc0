"""What a role may do to records at all. Who may see which record is asked of each noun's `access`."""

from django.utils.translation import gettext as _

from triptych.platform.refusals import Forbidden
from triptych.tenants.members.models import Member


def must_be_writer(member: Member) -> None:
    """Raises Forbidden for somebody who may only read."""
    if not member.may_write:
        raise Forbidden(_("You may read this but not change it. An owner or admin can give you the right."))
