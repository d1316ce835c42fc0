"""The words of the sample pack: a wholesaler of workshop tools and the people it deals with."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class SampleCompany:
    name: str
    website: str
    industry: str
    employees: int
    city: str
    country: str
    type: str = "customer"


@dataclass(frozen=True)
class SampleContact:
    first_name: str
    last_name: str
    job_title: str
    company: str
    phone: str


@dataclass(frozen=True)
class SampleDeal:
    """`days` are those since each step along the pipeline, first the creation; `end` is won, lost or empty."""

    name: str
    company: str
    amount: int
    days: tuple[int, ...]
    end: str = ""
    next_step: str = ""
    next_in_days: int = 0
    close_in_days: int = 30
    lost_reason: str = ""


@dataclass(frozen=True)
class SampleLead:
    first_name: str
    last_name: str
    company_name: str
    job_title: str
    source: str
    status: str
    days: int


@dataclass(frozen=True)
class SampleCase:
    subject: str
    description: str
    company: str
    priority: str
    type: str
    origin: str
    days: int
    answers: tuple[str, ...] = field(default=())
    status: str = ""


@dataclass(frozen=True)
class SampleActivity:
    """`days` from today: negative ones have happened."""

    kind: str
    subject: str
    company: str
    days: int
    text: str = ""


COMPANIES = (
    SampleCompany("Harbour & Sons Joinery", "harbour-joinery.example", "Construction", 34, "Bristol", "GB"),
    SampleCompany("Lindqvist Möbler", "lindqvist.example", "Furniture", 120, "Malmö", "SE"),
    SampleCompany("Officina Ferrari & Figli", "officina-ferrari.example", "Automotive", 18, "Modena", "IT"),
    SampleCompany("Kowalski Narzędzia", "kowalski.example", "Retail", 52, "Poznań", "PL"),
    SampleCompany("Nordlicht Werkstätten", "nordlicht.example", "Manufacturing", 210, "Lübeck", "DE"),
    SampleCompany("Taller Robles", "taller-robles.example", "Manufacturing", 9, "Bilbao", "ES", "prospect"),
    SampleCompany("Blue Kite Boats", "bluekite.example", "Marine", 41, "Falmouth", "GB", "prospect"),
    SampleCompany("Greenhill School Trust", "greenhill.example", "Education", 160, "Leeds", "GB", "prospect"),
    SampleCompany("Maison Perrin", "perrin.example", "Furniture", 27, "Lyon", "FR", "prospect"),
    SampleCompany("Toolwise Distribution", "toolwise.example", "Wholesale", 75, "Rotterdam", "NL", "partner"),
)

CONTACTS = (
    SampleContact("Ruth", "Harbour", "Managing director", "Harbour & Sons Joinery", "+44 117 496 0101"),
    SampleContact("Tom", "Ellery", "Workshop lead", "Harbour & Sons Joinery", "+44 117 496 0102"),
    SampleContact("Elsa", "Lindqvist", "Head of purchasing", "Lindqvist Möbler", "+46 40 665 0110"),
    SampleContact("Jonas", "Åberg", "Production engineer", "Lindqvist Möbler", "+46 40 665 0111"),
    SampleContact("Giulia", "Ferrari", "Owner", "Officina Ferrari & Figli", "+39 059 555 0120"),
    SampleContact("Marek", "Kowalski", "Owner", "Kowalski Narzędzia", "+48 61 555 01 30"),
    SampleContact("Zofia", "Wójcik", "Store manager", "Kowalski Narzędzia", "+48 61 555 01 31"),
    SampleContact("Henrike", "Voss", "Technical director", "Nordlicht Werkstätten", "+49 451 5550140"),
    SampleContact("Jürgen", "Brandt", "Purchasing", "Nordlicht Werkstätten", "+49 451 5550141"),
    SampleContact("Iker", "Robles", "Owner", "Taller Robles", "+34 944 55 01 50"),
    SampleContact("Morwenna", "Pascoe", "Yard manager", "Blue Kite Boats", "+44 1326 555160"),
    SampleContact("Amir", "Hussain", "Bursar", "Greenhill School Trust", "+44 113 496 0170"),
    SampleContact("Claire", "Perrin", "Directrice", "Maison Perrin", "+33 4 72 55 01 80"),
    SampleContact("Pieter", "de Wit", "Channel manager", "Toolwise Distribution", "+31 10 555 0190"),
)

DEALS = (
    SampleDeal(
        "Spindle moulders for the new hall",
        "Nordlicht Werkstätten",
        48_600,
        (52, 40, 21, 9),
        "",
        "Agree on the delivery date",
        2,
        18,
    ),
    SampleDeal(
        "Yearly tooling contract", "Lindqvist Möbler", 36_000, (75, 60, 44, 12), "", "Send the revised terms", 0, 10
    ),
    SampleDeal(
        "Dust extraction, phase two",
        "Harbour & Sons Joinery",
        12_400,
        (33, 20, 8),
        "",
        "Call Ruth about the quote",
        -1,
        24,
    ),
    SampleDeal("Boatyard starter set", "Blue Kite Boats", 8_900, (19, 11), "", "Show the set in Falmouth", 5, 40),
    SampleDeal("Six school workshops", "Greenhill School Trust", 64_000, (26, 14), "", "", 0, 75),
    SampleDeal("Veneer press", "Maison Perrin", 15_750, (12,), "", "Find out who decides", 1, 60),
    SampleDeal("Lathe replacement", "Taller Robles", 7_200, (6,), "", "", 0, 45),
    SampleDeal(
        "Shelf display for power tools", "Kowalski Narzędzia", 5_300, (15, 9), "", "Send three photographs", -3, 20
    ),
    SampleDeal("Workbench series", "Harbour & Sons Joinery", 9_850, (120, 110, 96, 88, 80), "won"),
    SampleDeal("Torque wrenches", "Officina Ferrari & Figli", 3_480, (64, 58, 50, 47), "won"),
    SampleDeal("Spring restocking", "Kowalski Narzędzia", 18_200, (48, 41, 30, 26), "won"),
    SampleDeal("Sharpening service", "Lindqvist Möbler", 6_600, (31, 27, 16, 5), "won"),
    SampleDeal(
        "CNC router", "Officina Ferrari & Figli", 27_900, (90, 71, 40), "lost", lost_reason="Chose a used machine"
    ),
    SampleDeal(
        "Spray booth", "Nordlicht Werkstätten", 22_000, (58, 49, 29), "lost", lost_reason="Budget moved to next year"
    ),
)

LEADS = (
    SampleLead("Nadia", "Osei", "Osei Cabinetry", "Owner", "Web form", "new", 1),
    SampleLead("Felix", "Baumann", "Baumann Orgelbau", "Workshop lead", "Trade fair", "assigned", 4),
    SampleLead("Katya", "Orlova", "Studio Orlova", "Founder", "Referral", "in_process", 9),
    SampleLead("Sean", "Doyle", "Doyle Restoration", "Owner", "Web form", "new", 0),
    SampleLead("Lucía", "Navarro", "Navarro Escenografía", "Producer", "Phone", "in_process", 14),
    SampleLead("Bart", "Visser", "Visser Jachtbouw", "Purchasing", "Trade fair", "recycled", 60),
)

CASES = (
    SampleCase(
        "Extractor trips the fuse",
        "Since Tuesday the fuse goes each time we start the second extractor.",
        "Harbour & Sons Joinery",
        "high",
        "incident",
        "phone",
        2,
        ("Thank you for the call. Does it also trip when the first one is off?",),
    ),
    SampleCase(
        "Invoice lacks our order number",
        "Our accounts cannot book it without PO 4471.",
        "Nordlicht Werkstätten",
        "normal",
        "question",
        "email",
        5,
        ("Here is the corrected invoice.",),
        "closed",
    ),
    SampleCase(
        "How do we calibrate the wrenches?",
        "The leaflet shows another model.",
        "Officina Ferrari & Figli",
        "low",
        "question",
        "web",
        1,
    ),
    SampleCase(
        "Two display shelves arrived scratched",
        "Photographs attached, both upper panels.",
        "Kowalski Narzędzia",
        "normal",
        "problem",
        "email",
        3,
    ),
    SampleCase(
        "Blade delivered blunt",
        "Third time this year. We need it for tomorrow's run.",
        "Lindqvist Möbler",
        "urgent",
        "incident",
        "phone",
        0,
    ),
)

ACTIVITIES = (
    SampleActivity("task", "Send the revised terms", "Lindqvist Möbler", 0),
    SampleActivity("task", "Call Ruth about the quote", "Harbour & Sons Joinery", -1),
    SampleActivity("task", "Book the demonstration in Falmouth", "Blue Kite Boats", 3),
    SampleActivity("meeting", "Site visit in Lübeck", "Nordlicht Werkstätten", 6),
    SampleActivity(
        "call",
        "Talked about delivery",
        "Nordlicht Werkstätten",
        -2,
        "They can take the machines in two lots if the first comes before the holidays.",
    ),
    SampleActivity(
        "note",
        "",
        "Greenhill School Trust",
        -8,
        "The trust decides as a board; the next meeting is at the end of next month.",
    ),
    SampleActivity("note", "", "Maison Perrin", -4, "Met at the fair. Wants a press that fits through a 90 cm door."),
    SampleActivity(
        "email", "Photographs of the display", "Kowalski Narzędzia", -6, "Sent the catalogue pages 12 to 18."
    ),
)
