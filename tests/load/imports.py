"""8,800 opportunities with lines, agents, companies and products: checked, imported, undone; with the memory it took.
Then people: companies, contacts and leads, and the contacts once more, each of which looks like one that is here.

Reach: the import within 60 s and 300 MB. Uses the sample data of others where it stands beside the repository, else
rows made like it.
"""

import io
import json
import os
import random
import resource
import tempfile
import time
from pathlib import Path

from house import open_house, print_ratios

open_house()

from django.db import transaction

from triptych.core_crm.contacts import actions as contacts
from triptych.core_crm.contacts.models import Contact
from triptych.core_crm.imports import actions, command
from triptych.core_crm.imports.models import Import
from triptych.core_crm.imports.plan import CHUNK
from triptych.core_crm.imports.profiling import profile
from triptych.core_crm.imports.tables import open_table
from triptych.core_crm.imports.undoing import undo_import
from triptych.platform import clock
from triptych.platform.scope import CONTROL, entered
from triptych.tenants import actions as tenants
from triptych.tenants import provisioning
from triptych.tenants.members.models import Member
from triptych.tenants.models import Tenant
from triptych.tenants.plugins import enable_plugin

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data" / "crm_sales_opportunities"
FILES = {
    "members": "sales_teams.csv",
    "companies": "accounts.csv",
    "products": "products.csv",
    "deals": "sales_pipeline.csv",
}
ROWS = 8_800
PEOPLE = int(os.environ.get("PEOPLE", "10000"))


def made_up(folder: Path) -> Path:
    """The four files, made."""
    chance = random.Random(8800)
    agents, companies, products = range(35), range(85), range(7)
    (folder / "sales_teams.csv").write_text(
        "sales_agent,manager,regional_office\n" + "".join(f"Agent {n},Manager {n % 6},West\n" for n in agents)
    )
    (folder / "accounts.csv").write_text("account,sector\n" + "".join(f"Company {n},retail\n" for n in companies))
    (folder / "products.csv").write_text("product,sales_price\n" + "".join(f"GTX {n},{n}50\n" for n in products))
    lines = ["opportunity_id,sales_agent,product,account,deal_stage,engage_date,close_date,close_value"]
    for number in range(ROWS):
        company = "" if chance.random() < 0.16 else f"Company {chance.randrange(85)}"
        won = chance.random() < 0.48
        end = (
            f"Won,10/20/2016,3/{chance.randrange(1, 29)}/2017,{chance.randrange(50, 30_000)}"
            if won
            else "Engaging,10/20/2016,,"
        )
        lines.append(f"X{number},Agent {chance.randrange(35)},GTX{chance.randrange(7)},{company},{end}")
    (folder / "sales_pipeline.csv").write_text("\n".join(lines))
    return folder


def people(folder: Path, wanted: int) -> dict[str, Path]:
    """Companies, contacts and leads, made; and the contacts with another address and a letter too many in the name."""
    chance = random.Random(42)
    firsts = ["Anna", "Bruno", "Carla", "Dmitri", "Eva", "Farid", "Greta", "Hugo", "Ines", "Jan", "Katja", "Luca"]
    lasts = ["".join(chance.choice("bcdfglmnprst") + chance.choice("aeiou") for _ in range(3)) for _ in range(wanted)]
    names = [(chance.choice(firsts), last.capitalize()) for last in lasts]
    phones = [f"+39 06 {chance.randrange(10**7, 10**8)}" for _ in range(wanted)]
    texts = {
        "companies": ["name,website,phone,city"]
        + [f"{last} {n} Ltd,{last}{n}.example,{phones[n]},Rome" for n, (_first, last) in enumerate(names)],
        "contacts": ["first name,last name,email,phone,company"]
        + [f"{first},{last},{last}{n}@x.example,{phones[n]},C {n % 200}" for n, (first, last) in enumerate(names)],
        "again": ["first name,last name,email,phone"]
        + [f"{first},{last}h,{last}{n}@y.example,{phones[n]}" for n, (first, last) in enumerate(names)],
        "leads": ["full name,email,company,status"]
        + [f"{last} {first},{first}{n}@z.example,L {n},New" for n, (first, last) in enumerate(names)],
    }
    files = {name: folder / f"{name}.csv" for name in texts}
    for name, file in files.items():
        file.write_text("\n".join(texts[name]))
    return files


def fresh_tenant() -> Tenant:
    """A tenant of this run with the sales plugin."""
    now = clock.now()
    subdomain = f"import-{int(now.timestamp())}"
    provisioning.keep_spares(wanted=1, now=now)
    tenant = tenants.sign_up(
        name="Import", subdomain=subdomain, email=f"o@{subdomain}.example", password="correct-horse-battery", now=now
    )
    enable_plugin(tenant=tenant, plugin_id="sales", by=None, now=now)
    with entered(CONTROL):
        return Tenant.objects.get(pk=tenant.pk)


def run(tenant: Tenant, name: str, file: Path, **options: bool) -> tuple[float, dict]:
    """Import a file; how long it took, and what it told."""
    out = io.StringIO()
    begun = time.perf_counter()
    command.run(tenant, name, file, {}, as_json=True, out=out, **options)
    return time.perf_counter() - begun, json.loads(out.getvalue())


def undo(tenant: Tenant) -> float:
    """Undo the last import."""
    begun = time.perf_counter()
    with entered(tenant):
        owner = Member.objects.get(role="owner")
        record = actions.begin_undo(record=Import.objects.newest_first()[0], by=owner, now=clock.now(), as_job=False)
        report = undo_import(record, by=owner, at=clock.now(), watcher=command.Console(io.StringIO()))
    assert report.kept_count == 0
    return time.perf_counter() - begun


def reading(file: Path) -> float:
    """Reading and profiling the file alone."""
    begun = time.perf_counter()
    with file.open("rb") as opened:
        table = open_table(opened)
        profile(table.columns, table.rows())
    return time.perf_counter() - begun


def megabytes() -> float:
    """The most memory this process has had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def updating(tenant: Tenant, wanted: int) -> dict[str, float]:
    """Processor time here, in seconds, of changing contacts one by one and in an import's batches; both rolled back."""
    taken: dict[str, float] = {}
    with entered(tenant):
        who = {"by": Member.objects.get(role="owner"), "now": clock.now()}
        known = Contact.objects.order_by("pk").in_bulk(list(Contact.objects.values_list("pk", flat=True)[:wanted]))

    def batched() -> None:
        keys = list(known)
        for start in range(0, len(keys), CHUNK):
            rows = {pk: {"job_title": f"Title {start}"} for pk in keys[start : start + CHUNK]}
            contacts.update_contacts_in_bulk(rows, **who)

    def one_by_one() -> None:
        for contact in known.values():
            contacts.update_contact(contact=contact, job_title="Title", **who)

    for name, act in (("in batches", batched), ("one by one", one_by_one)):
        with entered(tenant), transaction.atomic():
            begun = time.process_time()
            act()
            taken[name] = time.process_time() - begun
            transaction.set_rollback(True)
    return taken


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        files = SHARED if SHARED.exists() else made_up(Path(folder))
        tenant = fresh_tenant()
        for name in ("members", "companies", "products"):
            run(tenant, name, files / FILES[name])
        deals = files / FILES["deals"]
        taken = {"read and profile": reading(deals)}
        taken["check (dry run)"], _told = run(tenant, "deals", deals, dry_run=True)
        used = time.process_time()
        taken["import with lines"], told = run(tenant, "deals", deals)
        used = time.process_time() - used
        most = megabytes()
        taken["undo"] = undo(tenant)
        of_people: dict[str, float] = {}
        doubted: dict[str, int] = {}
        for name, file in people(Path(folder), PEOPLE).items():
            what = "contacts" if name == "again" else name
            of_people[f"check {name}"], checked = run(tenant, what, file, dry_run=True)
            doubted[name] = checked["doubtful"]
            if name != "again":
                of_people[f"import {name}"], _told = run(tenant, what, file)
        of_updates = updating(tenant, min(PEOPLE, 2_000))
    assert (told["created"], told["rejected"]) == (ROWS, 0)
    print_ratios(f"{told['rows']:,} opportunities", taken, floor="read and profile", unit="s ")
    print_ratios(f"{PEOPLE:,} people", of_people, floor="check companies", unit="s ")
    print_ratios(f"{min(PEOPLE, 2_000):,} updates", of_updates, floor="in batches", unit="s ")
    print(f"  {doubted['again']:,} of {PEOPLE:,} rows look like a contact that is here")
    rate = told["rows"] / taken["import with lines"]
    print(f"  {rate:,.0f} rows a second, {used:.1f} s of processor here, {most:.0f} MB at most")


main()
