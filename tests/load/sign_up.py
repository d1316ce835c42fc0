"""Signing up: from a spare, by replay of the blueprint, by running the migrations. Reach: 0.1 s and 0.6 s."""

import uuid

from house import milliseconds, open_house, print_ratios

open_house()

from triptych.platform import clock
from triptych.tenants import actions, fleet, provisioning


def sign_up() -> None:
    name = "b" + uuid.uuid4().hex[:12]
    actions.sign_up(
        name=name, subdomain=name, email=f"{name}@load.example", password="correct-horse-battery", now=clock.now()
    )


def replay() -> None:
    provisioning.make_spare(now=clock.now())


def migrations() -> None:
    provisioning.make_by_migrations(now=clock.now())


if __name__ == "__main__":
    provisioning.make_spare(now=clock.now())
    print(f"{len(fleet._labels(fleet.settings.TENANT_APPS))} apps of tenants")
    rows = {
        "sign-up from a spare": milliseconds(
            sign_up, times=5, before=lambda: provisioning.keep_spares(wanted=2, now=clock.now())
        )
    }
    rows["a tenant by replay"] = milliseconds(replay, times=5)
    rows["a tenant by migrations"] = milliseconds(migrations, times=3)
    print_ratios("Sign-up", rows, floor="sign-up from a spare")
