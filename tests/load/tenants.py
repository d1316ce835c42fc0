"""The table of deals in a house of 1, of 50 and of 200 tenants, asked in turn in the same moments.

Each house is a process of its own with its own database and web server, and stands for the whole run. A round asks
every house once, so that a slow moment of the machine meets them all; the ratio is the median of the rounds' ratios.
The bare SQL of the same rows is asked in the same rounds: what it shows is the machine's part.

Reach: with 200 tenants at most 1.1 times the latency of one.
"""

import contextlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import psycopg

TENANTS = tuple(int(count) for count in os.environ.get("TENANTS", "1,50,200").split(","))
ROUNDS = int(os.environ.get("ROUNDS", "150"))
WARM_UP = 5
Act = Callable[[], object]


def keep_house(count: int) -> None:
    """Make that many tenants, serve them, say where, and stay until nobody listens any more."""
    os.environ["TRIPTYCH_SCHEME"] = "http"
    from deals import SQL, signed_in, tenant
    from django.conf import settings
    from django.db import connection
    from house import web_server

    tenants = [tenant(number) for number in range(count)]
    parameters = connection.get_connection_params()
    doors = [
        {"host": f"{one.subdomain}.localhost", "cookie": f"{settings.SESSION_COOKIE_NAME}={signed_in(one)[0]}"}
        for one in tenants
    ]
    with web_server() as port:
        where = {name: parameters[name] for name in ("host", "user", "dbname") if parameters.get(name)}
        facts = {"port": port, "doors": doors, "database": where, "schema": tenants[0].schema_name, "sql": SQL}
        print(json.dumps(facts), flush=True)
        sys.stdin.read()


@contextlib.contextmanager
def house(count: int) -> Iterator[dict[str, Act]]:
    """What is asked of a house: of its first tenant, of each tenant in turn, and of its database alone."""
    default = Path(tempfile.gettempdir()) / "triptych-load"
    data = Path(os.environ.get("TRIPTYCH_LOAD_DATA", default)).with_name(f"triptych-load-of-{count}")
    process = subprocess.Popen(
        [sys.executable, __file__, "keep", str(count)], env={**os.environ, "TRIPTYCH_LOAD_DATA": str(data)},
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        facts: dict[str, Any] = json.loads(next(line for line in process.stdout or () if line.startswith("{")))
        with (
            httpx.Client(base_url=f"http://127.0.0.1:{facts['port']}", trust_env=False, timeout=60) as client,
            psycopg.connect(**facts["database"], autocommit=True) as plain,
        ):
            plain.execute(f'SET search_path = "{facts["schema"]}"')
            doors, turn = facts["doors"], iter(range(10**9))

            def page(door: dict[str, str]) -> None:
                client.get("/deals/?view=table", headers=door).raise_for_status()

            yield {
                "bare SQL": lambda: plain.execute(facts["sql"]).fetchall(),
                "the table of one tenant": lambda: page(doors[0]),
                "the table of each in turn": lambda: page(doors[next(turn) % len(doors)]),
            }
    finally:
        process.communicate("")


def milliseconds(act: Act) -> float:
    begun = time.perf_counter()
    act()
    return (time.perf_counter() - begun) * 1000


def compare(houses: dict[int, dict[str, Act]]) -> None:
    """Ask in rounds, the houses in another order each time, and print each beside the smallest house."""
    smallest = min(houses)
    for name in houses[smallest]:
        taken: dict[int, list[float]] = {count: [] for count in houses}
        for _warm in range(WARM_UP + (max(houses) if "turn" in name else 0)):
            for acts in houses.values():
                acts[name]()
        for turn in range(ROUNDS):
            order = sorted(houses, reverse=turn % 2 == 0)
            for count in order:
                taken[count].append(milliseconds(houses[count][name]))
        print(f"\n{name}, {ROUNDS} rounds")
        for count, times in taken.items():
            ratios = [mine / base for mine, base in zip(times, taken[smallest], strict=True)]
            least, middle, ratio = min(times), statistics.median(times), statistics.median(ratios)
            beside = f"{ratio:.2f} x of {smallest}, by the least {least / min(taken[smallest]):.2f} x"
            print(f"  {count:>4} tenants   median {middle:8.2f} ms   least {least:8.2f} ms   {beside}")


if __name__ == "__main__":
    if sys.argv[1:2] == ["keep"]:
        keep_house(int(sys.argv[2]))
    else:
        with contextlib.ExitStack() as stack:
            compare({count: stack.enter_context(house(count)) for count in TENANTS})
