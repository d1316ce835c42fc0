"""Every write to roles, teams and shares."""

from triptych.core_crm.rights.actions.roles import create_role, delete_role, give_role, update_role
from triptych.core_crm.rights.actions.shares import MOST_SHARES, share_record, unshare_record
from triptych.core_crm.rights.actions.teams import (
    create_team,
    delete_team,
    put_in_team,
    take_out_of_team,
    update_team,
)

__all__ = [
    "MOST_SHARES", "create_role", "create_team", "delete_role", "delete_team", "give_role", "put_in_team",
    "share_record", "take_out_of_team", "unshare_record", "update_role", "update_team",
]  # fmt: skip
