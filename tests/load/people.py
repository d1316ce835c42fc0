"""Contacts of which some are there twice, with slips of each kind, and of which others only look it."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from random import Random

_FIRST = """Anna Maria Mario Marco Andrea Andreas Luca Giulia Francesco Francesca Giovanni Alessandro Paola Paolo Thomas
Michael Stefan Sabine Ursula Jürgen Jörg Günter Björn Katharina Elisabeth Wolfgang Heinrich William Robert James
Elizabeth Margaret Richard Edward Katherine Jennifer Daniel Daniela Christopher Anthony Alexander Alexandra Dmitry
Sergey Natalia Ekaterina Yulia Alexey Svetlana Piotr Krzysztof Małgorzata Agnieszka Łukasz Tomasz Carlos José Carmen
Laura Sofia Nicholas Joseph Samuel Benjamin Victoria Susan Patricia Charles George Henry Emma Paul Peter Martin"""
FIRST = _FIRST.split()
NICK = {
    "William": ["Bill", "Will"], "Robert": ["Bob", "Rob"], "James": ["Jim"], "Elizabeth": ["Liz", "Beth"],
    "Margaret": ["Peggy", "Maggie"], "Richard": ["Dick", "Rick"], "Edward": ["Ted", "Eddie"], "Katherine": ["Kate"],
    "Alexander": ["Sasha", "Alex"], "Dmitry": ["Dima"], "Ekaterina": ["Katya"], "Krzysztof": ["Krzys"],
    "Giovanni": ["Gianni"], "Francesco": ["Franco", "Frank"], "Michael": ["Mike", "Misha"], "Małgorzata": ["Gosia"],
    "Joseph": ["Joe", "Beppe"], "Charles": ["Chuck", "Charlie"], "Nicholas": ["Nick"], "Patricia": ["Pat"],
}  # fmt: skip
_LAST = """
Rossi Russo Ferrari Esposito Bianchi Müller Schröder Jäger König Schäfer Weiß Groß Köhler Smith Jones Brown Taylor
Wilson Johnson Walker Ivanov Petrov Smirnov Kuznetsov Sokolov Shcherbakov Zhukov Nowak Kowalski Wiśniewski Wójcik García
López Pérez Sánchez Fernández Schmidt Schneider Fischer Weber Becker Hoffmann Koch Richter Klein Wolf Neumann"""
LAST = _LAST.split()
CYRILLIC = {
    "Alexander": "Александр", "Dmitry": "Дмитрий", "Sergey": "Сергей", "Natalia": "Наталья", "Ekaterina": "Екатерина",
    "Yulia": "Юлия", "Alexey": "Алексей", "Svetlana": "Светлана", "Ivanov": "Иванов", "Petrov": "Петров",
    "Smirnov": "Смирнов", "Kuznetsov": "Кузнецов", "Sokolov": "Соколов", "Shcherbakov": "Щербаков", "Zhukov": "Жуков",
}  # fmt: skip
FORMS = ["GmbH", "S.p.A.", "Ltd", "S.r.l.", "AG", "Inc.", "Sp. z o.o.", "S.L.", "ООО", "GmbH & Co. KG"]
UMLAUTS = {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"}
_SYLLABLES = """ba be bo ca co da de di fa fe ga gi ka ke la le li lo ma me mi na ne no pa pe ra re ri ro sa se si ta te
ti to va vi za"""
SYLLABLES = _SYLLABLES.split()
_KINDS = "slip nickname swapped bare moved form script umlaut private initial"
KINDS = _KINDS.split()


@dataclass
class Person:
    """A contact, and who it truly is. `kind`: in what a second record differs, or how others are like it."""

    first: str
    last: str
    email: str
    phone: str
    company: str
    who: int
    kind: str = ""
    number: int = field(default=0)


def contacts(count: int, seed: int = 7) -> list[Person]:
    """As many contacts; one in twelve is there twice, one in twelve is like another one without being the same."""
    random = Random(seed)
    made: list[Person] = []
    lasts = LAST + ["".join(random.choices(SYLLABLES, k=random.randint(2, 4))).title() for _ in range(count // 8)]
    names = ["".join(random.choices(SYLLABLES, k=random.randint(2, 4))).title() for _ in range(count // 8)]
    companies = [(f"{name} {random.choice(FORMS)}", f"+39 02 {number:07}") for number, name in enumerate(names)]
    common = [1 / (rank + 8) for rank in range(len(lasts))]
    for who, last in enumerate(random.choices(lasts, common, k=count)):
        company, office = random.choice(companies)
        one = _person(random, random.choice(FIRST), last, company, office, who)
        made.append(one)
        if random.random() < 1 / 12:
            made.extend(_again(random, one, companies))
        elif random.random() < 1 / 12:
            made.extend(_like(random, one, count + who, office))
        if len(made) >= count:
            break
    random.shuffle(made)
    return [replace(one, number=number) for number, one in enumerate(made[:count])]


def pairs(rows: list[Person]) -> dict[tuple[int, int], str]:
    """The numbers of records of the same person, with their kind."""
    first: dict[int, Person] = {}
    found = {}
    for row in rows:
        if (twin := first.setdefault(row.who, row)) is not row:
            found[twin.number, row.number] = row.kind or twin.kind
    return found


def _person(random: Random, first: str, last: str, company: str, office: str, who: int) -> Person:
    domain = "".join(letter for letter in company.lower() if letter.isascii() and letter.isalpha())
    email = f"{first[:1]}.{last}@{domain}.example".lower() if random.random() < 0.75 else ""
    kind = random.random()
    phone = f"+39 3{random.randint(10**8, 10**9 - 1)}" if kind < 0.5 else office if kind < 0.75 else ""
    return Person(first, last, email, phone, company if random.random() < 0.85 else "", who)


def _again(random: Random, one: Person, companies: list[tuple[str, str]]) -> Iterator[Person]:
    kind = random.choice(KINDS)
    kept = replace(one, company=one.company or random.choice(companies)[0], phone=one.phone or _mobile(random))
    one.company, one.phone = kept.company, kept.phone
    two = replace(kept, kind=kind, email="")
    if kind == "slip":
        two.email, two.phone = one.email, ""
        if random.random() < 0.5:
            two.first = _slipped(random, one.first)
        else:
            two.last = _slipped(random, one.last)
    elif kind == "nickname":
        one.first = random.choice(list(NICK))
        two.first = random.choice(NICK[one.first])
        two.phone = one.phone if random.random() < 0.5 else ""
    elif kind == "swapped":
        two.first, two.last = one.last, one.first
        two.phone = ""
    elif kind == "bare":
        two.phone = ""
    elif kind == "moved":
        one.phone = two.phone = _mobile(random)
        two.company = random.choice(companies)[0]
        two.email = f"{one.first}.{one.last}@other.example".lower()
    elif kind == "form":
        two.company = one.company.split()[0] + " " + random.choice(FORMS)
        two.phone = ""
    elif kind == "script":
        one.first, one.last = random.choice(list(CYRILLIC)[:8]), random.choice(list(CYRILLIC)[8:])
        two.first, two.last, two.phone = CYRILLIC[one.first], CYRILLIC[one.last], ""
    elif kind == "umlaut":
        one.first = random.choice(["Jürgen", "Jörg", "Günter", "Björn"])
        one.last = random.choice(LAST[5:12])
        two.first, two.last, two.phone = _ascii(one.first), _ascii(one.last), ""
    elif kind == "private":
        two.email = f"{one.first}{random.randint(60, 99)}@mail.example".lower()
    elif kind == "initial":
        two.first, two.email, two.phone = one.first[:1] + ".", "", _mobile(random)
        one.phone = two.phone
    if random.random() < 0.3:
        two.phone = two.phone or one.phone
    yield two


def _like(random: Random, one: Person, who: int, office: str) -> Iterator[Person]:
    """Somebody of the same name and company, of the same household, or of the same office."""
    kind = random.choice(["namesake", "household", "office"])
    first = random.choice([name for name in FIRST if name != one.first])
    if kind == "namesake":
        one.company = one.company or "Pico Pallino S.r.l."
        one.email, one.phone = f"{one.first}.{one.last}@a{office[-7:]}.example".lower(), _mobile(random)
        yield replace(one, email=one.email.replace("@", "2@"), phone=_mobile(random), who=who, kind=kind)
    elif kind == "household":
        one.phone = _mobile(random)
        email = f"{first}.{one.last}{who}@mail.example".lower()
        yield replace(one, first=first, email=email, company="", who=who, kind=kind)
    else:
        one.phone, one.email = office, f"info@{office[-7:]}.example"
        yield replace(one, first=first, last=random.choice(LAST), who=who, kind=kind)


def _mobile(random: Random) -> str:
    return f"+39 3{random.randint(10**8, 10**9 - 1)}"


def _slipped(random: Random, word: str) -> str:
    at = random.randrange(len(word))
    letter = random.choice("abcdefghiklmnoprstuvz")
    return random.choice(
        [
            word[:at] + word[at + 1 :],
            word[:at] + letter + word[at:],
            word[:at] + letter + word[at + 1 :],
            word[:at] + word[at + 1 : at + 2] + word[at : at + 1] + word[at + 2 :],
        ]
    )


def _ascii(word: str) -> str:
    return "".join(UMLAUTS.get(letter, letter) for letter in word)
