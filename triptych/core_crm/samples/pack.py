"""The words of the sample pack: a wholesaler of workshop tools and the people it deals with.

Names of people and businesses are the same in every language; the rest is said in that of the workspace.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy as _in

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True)
class SampleCompany:
    name: str
    website: str
    industry: StrOrPromise
    employees: int
    city: str
    country: str
    type: str = "customer"


@dataclass(frozen=True)
class SampleContact:
    first_name: str
    last_name: str
    job_title: StrOrPromise
    company: str
    phone: str


@dataclass(frozen=True)
class SampleDeal:
    """`days` are those since each step along the pipeline, first the creation; `end` is won, lost or empty."""

    name: StrOrPromise
    company: str
    amount: int
    days: tuple[int, ...]
    end: str = ""
    next_step: StrOrPromise = ""
    next_in_days: int = 0
    close_in_days: int = 30
    lost_reason: StrOrPromise = ""


@dataclass(frozen=True)
class SampleLead:
    first_name: str
    last_name: str
    company_name: str
    job_title: StrOrPromise
    source: StrOrPromise
    status: str
    days: int


@dataclass(frozen=True)
class SampleCase:
    subject: StrOrPromise
    description: StrOrPromise
    company: str
    priority: str
    type: str
    origin: str
    days: int
    answers: tuple[StrOrPromise, ...] = field(default=())
    status: str = ""


@dataclass(frozen=True)
class SampleActivity:
    """`days` from today: negative ones have happened."""

    kind: str
    subject: StrOrPromise
    company: str
    days: int
    text: StrOrPromise = ""


COMPANIES = (
    SampleCompany(
        "Harbour & Sons Joinery", "harbour-joinery.example", _in("sample", "Construction"), 34, "Bristol", "GB"
    ),
    SampleCompany("Lindqvist Möbler", "lindqvist.example", _in("sample", "Furniture"), 120, "Malmö", "SE"),
    SampleCompany(
        "Officina Ferrari & Figli", "officina-ferrari.example", _in("sample", "Automotive"), 18, "Modena", "IT"
    ),
    SampleCompany("Kowalski Narzędzia", "kowalski.example", _in("sample", "Retail"), 52, "Poznań", "PL"),
    SampleCompany("Nordlicht Werkstätten", "nordlicht.example", _in("sample", "Manufacturing"), 210, "Lübeck", "DE"),
    SampleCompany(
        "Taller Robles", "taller-robles.example", _in("sample", "Manufacturing"), 9, "Bilbao", "ES", "prospect"
    ),
    SampleCompany("Blue Kite Boats", "bluekite.example", _in("sample", "Marine"), 41, "Falmouth", "GB", "prospect"),
    SampleCompany(
        "Greenhill School Trust", "greenhill.example", _in("sample", "Education"), 160, "Leeds", "GB", "prospect"
    ),
    SampleCompany("Maison Perrin", "perrin.example", _in("sample", "Furniture"), 27, "Lyon", "FR", "prospect"),
    SampleCompany(
        "Toolwise Distribution", "toolwise.example", _in("sample", "Wholesale"), 75, "Rotterdam", "NL", "partner"
    ),
)

CONTACTS = (
    SampleContact("Ruth", "Harbour", _in("sample", "Managing director"), "Harbour & Sons Joinery", "+44 117 496 0101"),
    SampleContact("Tom", "Ellery", _in("sample", "Workshop lead"), "Harbour & Sons Joinery", "+44 117 496 0102"),
    SampleContact("Elsa", "Lindqvist", _in("sample", "Head of purchasing"), "Lindqvist Möbler", "+46 40 665 0110"),
    SampleContact("Jonas", "Åberg", _in("sample", "Production engineer"), "Lindqvist Möbler", "+46 40 665 0111"),
    SampleContact("Giulia", "Ferrari", _in("sample", "Owner"), "Officina Ferrari & Figli", "+39 059 555 0120"),
    SampleContact("Marek", "Kowalski", _in("sample", "Owner"), "Kowalski Narzędzia", "+48 61 555 01 30"),
    SampleContact("Zofia", "Wójcik", _in("sample", "Store manager"), "Kowalski Narzędzia", "+48 61 555 01 31"),
    SampleContact("Henrike", "Voss", _in("sample", "Technical director"), "Nordlicht Werkstätten", "+49 451 5550140"),
    SampleContact("Jürgen", "Brandt", _in("sample", "Purchasing"), "Nordlicht Werkstätten", "+49 451 5550141"),
    SampleContact("Iker", "Robles", _in("sample", "Owner"), "Taller Robles", "+34 944 55 01 50"),
    SampleContact("Morwenna", "Pascoe", _in("sample", "Yard manager"), "Blue Kite Boats", "+44 1326 555160"),
    SampleContact("Amir", "Hussain", _in("sample", "Bursar"), "Greenhill School Trust", "+44 113 496 0170"),
    SampleContact("Claire", "Perrin", "Directrice", "Maison Perrin", "+33 4 72 55 01 80"),
    SampleContact("Pieter", "de Wit", _in("sample", "Channel manager"), "Toolwise Distribution", "+31 10 555 0190"),
)

DEALS = (
    SampleDeal(
        _("Spindle moulders for the new hall"),
        "Nordlicht Werkstätten",
        48_600,
        (52, 40, 21, 9),
        "",
        _("Agree on the delivery date"),
        2,
        18,
    ),
    SampleDeal(
        _("Yearly tooling contract"),
        "Lindqvist Möbler",
        36_000,
        (75, 60, 44, 12),
        "",
        _("Send the revised terms"),
        0,
        10,
    ),
    SampleDeal(
        _("Dust extraction, phase two"),
        "Harbour & Sons Joinery",
        12_400,
        (33, 20, 8),
        "",
        _("Call Ruth about the quote"),
        -1,
        24,
    ),
    SampleDeal(_("Boatyard starter set"), "Blue Kite Boats", 8_900, (19, 11), "", _("Show the set in Falmouth"), 5, 40),
    SampleDeal(_("Six school workshops"), "Greenhill School Trust", 64_000, (26, 14), "", "", 0, 75),
    SampleDeal(_("Veneer press"), "Maison Perrin", 15_750, (12,), "", _("Find out who decides"), 1, 60),
    SampleDeal(_("Lathe replacement"), "Taller Robles", 7_200, (6,), "", "", 0, 45),
    SampleDeal(
        _("Shelf display for power tools"),
        "Kowalski Narzędzia",
        5_300,
        (15, 9),
        "",
        _("Send three photographs"),
        -3,
        20,
    ),
    SampleDeal(_("Workbench series"), "Harbour & Sons Joinery", 9_850, (120, 110, 96, 88, 80), "won"),
    SampleDeal(_("Torque wrenches"), "Officina Ferrari & Figli", 3_480, (64, 58, 50, 47), "won"),
    SampleDeal(_("Spring restocking"), "Kowalski Narzędzia", 18_200, (48, 41, 30, 26), "won"),
    SampleDeal(_("Sharpening service"), "Lindqvist Möbler", 6_600, (31, 27, 16, 5), "won"),
    SampleDeal(
        _("CNC router"), "Officina Ferrari & Figli", 27_900, (90, 71, 40), "lost", lost_reason=_("Chose a used machine")
    ),
    SampleDeal(
        _("Spray booth"),
        "Nordlicht Werkstätten",
        22_000,
        (58, 49, 29),
        "lost",
        lost_reason=_("Budget moved to next year"),
    ),
)

LEADS = (
    SampleLead("Nadia", "Osei", "Osei Cabinetry", _in("sample", "Owner"), _in("sample", "Web form"), "new", 1),
    SampleLead(
        "Felix",
        "Baumann",
        "Baumann Orgelbau",
        _in("sample", "Workshop lead"),
        _in("sample", "Trade fair"),
        "assigned",
        4,
    ),
    SampleLead(
        "Katya", "Orlova", "Studio Orlova", _in("sample", "Founder"), _in("sample", "Referral"), "in_process", 9
    ),
    SampleLead("Sean", "Doyle", "Doyle Restoration", _in("sample", "Owner"), _in("sample", "Web form"), "new", 0),
    SampleLead(
        "Lucía", "Navarro", "Navarro Escenografía", _in("sample", "Producer"), _in("sample", "Phone"), "in_process", 14
    ),
    SampleLead(
        "Bart", "Visser", "Visser Jachtbouw", _in("sample", "Purchasing"), _in("sample", "Trade fair"), "recycled", 60
    ),
)

CASES = (
    SampleCase(
        _("Extractor trips the fuse"),
        _("Since Tuesday the fuse goes each time we start the second extractor."),
        "Harbour & Sons Joinery",
        "high",
        "incident",
        "phone",
        2,
        (_("Thank you for the call. Does it also trip when the first one is off?"),),
    ),
    SampleCase(
        _("Invoice lacks our order number"),
        _("Our accounts cannot book it without PO 4471."),
        "Nordlicht Werkstätten",
        "normal",
        "question",
        "email",
        5,
        (_("Here is the corrected invoice."),),
        "closed",
    ),
    SampleCase(
        _("How do we calibrate the wrenches?"),
        _("The leaflet shows another model."),
        "Officina Ferrari & Figli",
        "low",
        "question",
        "web",
        1,
    ),
    SampleCase(
        _("Two display shelves arrived scratched"),
        _("Photographs attached, both upper panels."),
        "Kowalski Narzędzia",
        "normal",
        "problem",
        "email",
        3,
    ),
    SampleCase(
        _("Blade delivered blunt"),
        _("Third time this year. We need it for tomorrow's run."),
        "Lindqvist Möbler",
        "urgent",
        "incident",
        "phone",
        0,
    ),
)

ACTIVITIES = (
    SampleActivity("task", _("Send the revised terms"), "Lindqvist Möbler", 0),
    SampleActivity("task", _("Call Ruth about the quote"), "Harbour & Sons Joinery", -1),
    SampleActivity("task", _("Book the demonstration in Falmouth"), "Blue Kite Boats", 3),
    SampleActivity("meeting", _("Site visit in Lübeck"), "Nordlicht Werkstätten", 6),
    SampleActivity(
        "call",
        _("Talked about delivery"),
        "Nordlicht Werkstätten",
        -2,
        _("They can take the machines in two lots if the first comes before the holidays."),
    ),
    SampleActivity(
        "note",
        "",
        "Greenhill School Trust",
        -8,
        _("The trust decides as a board; the next meeting is at the end of next month."),
    ),
    SampleActivity(
        "note", "", "Maison Perrin", -4, _("Met at the fair. Wants a press that fits through a 90 cm door.")
    ),
    SampleActivity(
        "email", _("Photographs of the display"), "Kowalski Narzędzia", -6, _("Sent the catalogue pages 12 to 18.")
    ),
)
