"""What the benchmarks share: a database of their own, tenants in it, a web server in front, and a table of ratios.

Run one with `uv run python tests/load/NAME.py`. They print ratios of one run; no test reads them.
"""

import contextlib
import logging
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Hashable, Iterator, Mapping
from pathlib import Path
from typing import TypeVar

DATA = Path(os.environ.get("TRIPTYCH_LOAD_DATA", Path(tempfile.gettempdir()) / "triptych-load"))


Name = TypeVar("Name", bound=Hashable)


def open_house() -> None:
    """Start PostgreSQL in a folder of the benchmarks and set Django up on it, as the owner."""
    from triptych.platform import embedded

    os.environ["TRIPTYCH_DATA"] = str(DATA)
    os.environ["TRIPTYCH_AS_OWNER"] = "1"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "triptych.settings")
    os.environ["DATABASE_OWNER_URL"], os.environ["DATABASE_URL"] = embedded.start(DATA)

    import django

    django.setup()
    from triptych.platform.web.assets import ensure_assets
    from triptych.tenants import fleet

    logging.disable(logging.INFO)
    ensure_assets()
    fleet.ensure_migrated()


def milliseconds(act: Callable[[], object], *, times: int, before: Callable[[], object] | None = None) -> float:
    """The median time of an act, in milliseconds, after one warm-up."""
    taken = []
    for turn in range(times + 1):
        if before:
            before()
        begun = time.perf_counter()
        act()
        if turn:
            taken.append((time.perf_counter() - begun) * 1000)
    return statistics.median(taken)


def side_by_side(acts: Mapping[Name, Callable[[], object]], *, rounds: int) -> dict[Name, float]:
    """The median time of each act in milliseconds, one of each in turn, so that a slow moment meets them all."""
    taken: dict[Name, list[float]] = {name: [] for name in acts}
    for turn in range(rounds + 3):
        for name, act in acts.items():
            begun = time.perf_counter()
            act()
            if turn >= 3:
                taken[name].append((time.perf_counter() - begun) * 1000)
    return {name: statistics.median(times) for name, times in taken.items()}


def print_ratios(title: str, rows: dict[str, float], *, floor: str, unit: str = "ms") -> None:
    """Print each row beside the floor."""
    print(f"\n{title}")
    for name, value in rows.items():
        print(f"  {name:<44}{value:>10.2f} {unit}{value / rows[floor]:>9.2f} x")


def print_growth(title: str, figures: dict[int, dict[str, float]], *, floor: str, unit: str = "ms") -> None:
    """A line for each act: its time at each size, beside the floor at that size, and how the largest compares."""
    sizes = list(figures)
    print(f"\n{title}\n  {'':<44}" + "".join(f"{size:>14,}" for size in sizes) + "    largest : smallest")
    for name in figures[sizes[0]]:
        times = [figures[size][name] for size in sizes]
        cells = [f"{time:>7.1f} {time / figures[size][floor]:>4.0f} x" for size, time in zip(sizes, times, strict=True)]
        print(f"  {name:<44}" + "".join(f"{cell:>14}" for cell in cells) + f"{times[-1] / times[0]:>12.1f}")
    print(f"  ({unit}; x the floor of the same size: {floor})")


@contextlib.contextmanager
def web_server(*, interface: str = "wsgi") -> Iterator[int]:
    """A web server process on a free loopback port, with the login that web processes have."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {
        name: value for name, value in os.environ.items() if name not in ("TRIPTYCH_AS_OWNER", "DATABASE_OWNER_URL")
    }
    environment.update(TRIPTYCH_POOL="10", TRIPTYCH_MODE="production")
    command = ["granian", "--interface", interface, "--host", "127.0.0.1", "--port", str(port), "--no-ws"]
    if interface == "wsgi":
        command += ["--blocking-threads", environment["TRIPTYCH_POOL"]]
    process = subprocess.Popen(
        [str(Path(sys.executable).with_name("granian")), *command[1:], f"triptych.{interface[:4]}:application"],
        env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        _wait_for(port)
        yield port
    finally:
        process.terminate()
        process.wait(60)


def _wait_for(port: int) -> None:
    until = time.monotonic() + 120
    while time.monotonic() < until:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.1)
    raise TimeoutError(f"Nothing listens on port {port}.")
