"""Which contacts and companies the matcher takes for the same among others, and which it does not."""

from uuid import UUID

import pytest

from tests.load.people import contacts, pairs
from triptych.core_crm.duplicates.candidates import Candidates
from triptych.core_crm.duplicates.comparing import comparable
from triptych.core_crm.duplicates.matching import THRESHOLD

FEW, MANY = 1000, 2000
A, B = "+39 02 1111", "+39 333 2222"
SAME = {
    "slips": ("Margherita Lombardo|m.lombardo@acme.example||Acme", "Margerita Lombaro|m.lombardo@acme.example||Acme"),
    "a slip in the email": ("Gianna Verdoni|g.verdoni@acme.example||", "Gianna Verdoni|g.verdini@acme.example||"),
    "a short name": (f"William Hastings|w@acme.example|{B}|Acme", f"Bill Hastings||{B}|"),
    "swapped": ("Donatella Ferrante|||Hooli", "Ferrante Donatella|||Hooli"),
    "no email": ("Ottavia Bonfanti|o@hooli.example||Hooli Srl", "Ottavia Bonfanti|||Hooli"),
    "another company": (f"Ludovica Santoro|l@a.example|{B}7|Hooli", f"Ludovica Santoro|l@b.example|{B}7|Initech"),
    "umlauts": ("Jürgen Müllerschön|||Größe GmbH", "Juergen Muellerschoen|||Groesse GmbH & Co. KG"),
    "scripts": ("Наталья Щербакова|||ООО Ромашка", "Natalia Shcherbakova|||Romashka"),
    "legal forms": ("Ilaria Pontecorvo|||Vetreria Nord S.p.A.", "Ilaria Pontecorvo|||Vetreria Nord S.r.l."),
    "initials": (f"Tancredi Malaspina|t@x.example|{B}8|Umbra", f"T. Malaspina||{B}8|Umbra"),
}
OTHERS = {
    "namesakes in one company": (
        "Giulia Russo|giulia.russo@umbra.example|+39 333 1|Umbra",
        "Giulia Russo|giulia.russo2@umbra.example|+39 333 2|Umbra",
    ),
    "a household": (f"Maria Colonna||{A}9|", f"Pietro Colonna||{A}9|"),
    "brother and sister": (f"Mario Rossi||{A}8|", f"Maria Rossi||{A}8|"),
    "an office": (f"Irma Prati|info@delta.example|{A}3|Delta", f"Ennio Galli|info@delta.example|{A}3|Delta"),
    "a family firm": (f"Irma Viti|info@viti.example|{A}4|Viti", f"Ennio Viti|info@viti.example|{A}4|Viti"),
    "a common name": ("Anna Rossi|||", "Anna Rossi|||Umbra"),
    "a common name elsewhere": ("Paolo Russo|p@a.example||Umbra", "Paolo Russo|p@b.example||Hooli"),
    "colleagues": ("Sabine Koch|||Initech GmbH", "Susanne Wolf|||Initech GmbH"),
}


def rows_of(lines, start):
    for number, line in enumerate(lines, start=start):
        name, email, phone, company = line.split("|")
        yield comparable(UUID(int=number), name=name, emails=[email], phones=[phone], company=company)


def rows_made(count):
    for row in contacts(count):
        yield comparable(
            UUID(int=row.number),
            name=f"{row.first} {row.last}",
            emails=[row.email],
            phones=[row.phone],
            company=row.company,
        )


def found(candidates):
    for number in range(len(candidates.rows)):
        candidates.compare(number)
    return {(match.first.int, match.second.int) for match in candidates.likely() if match.score >= THRESHOLD}


@pytest.fixture(scope="module")
def listed():
    """Which of the cases are listed, among others."""
    cases = SAME | OTHERS
    lines = [line for both in cases.values() for line in both]
    pairs_found = found(Candidates([*rows_made(FEW), *rows_of(lines, MANY)]))
    return {name for number, name in enumerate(cases) if (MANY + 2 * number, MANY + 2 * number + 1) in pairs_found}


@pytest.mark.parametrize("case", SAME)
def test_the_same_person_is_listed(listed, case):
    assert case in listed


@pytest.mark.parametrize("case", OTHERS)
def test_another_person_is_not(listed, case):
    assert case not in listed


@pytest.mark.parametrize(
    ("one", "other", "likely"),
    [
        ("Nordwind GmbH", "Nordwind Gmbh.", True),
        ("Nordwind GmbH", "NORDWIND", True),
        ("Nordwind GmbH", "Nordwind S.p.A.", False),
        ("ООО Ромашка", "Romashka", True),
        ("Größe & Söhne AG", "Groesse und Soehne AG", False),
        ("Nordwind GmbH", "Südwind GmbH", False),
        ("S.p.A.", "GmbH", False),
    ],
)
def test_companies_are_compared_without_their_legal_form(one, other, likely):
    rows = [comparable(UUID(int=number), name=name, is_company=True) for number, name in enumerate((one, other), 1)]
    assert bool(found(Candidates(rows))) is likely


def test_most_are_found_and_few_others():
    people = contacts(MANY)
    truth, listed_pairs = set(pairs(people)), found(Candidates(rows_made(MANY)))
    assert len(truth & listed_pairs) > 0.95 * len(truth)
    assert len(truth & listed_pairs) > 0.95 * len(listed_pairs)


def test_a_key_that_many_share_compares_nobody():
    rows = [comparable(UUID(int=number), name="", phones=["1"]) for number in range(1, 200)]
    candidates = Candidates(rows)
    assert (found(candidates), candidates.compared_count) == (set(), 0)


def test_names_made_of_many_words_cost_no_square_of_them():
    words = [f"{first}{second}" for first in "abcdefgh" for second in ("ina", "oro", "ubel")]
    rows = [comparable(UUID(int=number), name=" ".join(words[number % 9 :])) for number in range(1, 20)]
    assert max(len(row.name.split()) for row in rows) == 8


def test_a_record_is_compared_with_so_many_at_most(monkeypatch):
    monkeypatch.setattr("triptych.core_crm.duplicates.candidates.MOST_COMPARED", 10)
    mails = [f"mailbox{number}@example.com" for number in range(15)]
    rows = [comparable(UUID(int=number), name="", emails=[mail]) for number, mail in enumerate(mails, 1)]
    candidates = Candidates([*rows, comparable(UUID(int=99), name="", emails=mails)])
    candidates.compare(15)
    assert candidates.compared_count <= 10
