"""Reading files: encodings, separators, workbooks, and files that were made to do harm."""

import io
import zipfile
from datetime import date, datetime

import openpyxl
import pytest

from triptych.core_crm.imports import limits, tables
from triptych.core_crm.imports.limits import UnreadableFile
from triptych.core_crm.imports.tables import open_table


def read(content):
    table = open_table(io.BytesIO(content))
    return table.columns, [(row.number, row.cells) for row in table.rows()]


def workbook(*rows, title="Sheet"):
    book = openpyxl.Workbook()
    book.active.title = title
    for row in rows:
        book.active.append(row)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


@pytest.mark.parametrize(
    ("content", "columns", "rows"),
    [
        (b"a,b\n1,2\n", ("a", "b"), [(2, ("1", "2"))]),
        (b"a;b\r\n1,5;2\r\n", ("a", "b"), [(2, ("1,5", "2"))]),
        (b"a\tb\n1\t2", ("a", "b"), [(2, ("1", "2"))]),
        (b"a|b\n1|2", ("a", "b"), [(2, ("1", "2"))]),
        (b"\xef\xbb\xbfa,b\n1,2\n", ("a", "b"), [(2, ("1", "2"))]),
        ("имя,город\nАнна,Омск\n".encode("utf-16"), ("имя", "город"), [(2, ("Анна", "Омск"))]),
        (
            "Name;Ort\nMüller;Köln\nGroß;Würzburg\n".encode("cp1252"),
            ("Name", "Ort"),
            [(2, ("Müller", "Köln")), (3, ("Groß", "Würzburg"))],
        ),
        (
            "имя;город\nСветлана;Нижний Новгород\n".encode("cp1251"),
            ("имя", "город"),
            [(2, ("Светлана", "Нижний Новгород"))],
        ),
        (b'a,b\n"x, y","two\nlines"\n', ("a", "b"), [(2, ("x, y", "two\nlines"))]),
        (b"\n\na,b\n\n1,2\n", ("a", "b"), [(5, ("1", "2"))]),
        (b"a,,a,b\n1,2,3,\n", ("a", "Column 2", "a (2)", "b"), [(2, ("1", "2", "3"))]),
        (b"name\nAnna\nPaul\n", ("name",), [(2, ("Anna",)), (3, ("Paul",))]),
    ],
)
def test_text_files(content, columns, rows):
    assert read(content) == (columns, rows)


def test_a_workbook_reads_as_text():
    content = workbook(
        ["name", "at", "day", "n", "x", "ok"], ["=1+1", datetime(2026, 3, 2, 9), date(2026, 3, 2), 5.0, 1.25, True]
    )

    columns, rows = read(content)

    assert columns == ("name", "at", "day", "n", "x", "ok")
    assert rows == [(2, ("", "2026-03-02T09:00:00", "2026-03-02", "5", "1.25", "true"))]


def test_the_layout_is_kept_and_read_again():
    table = open_table(io.BytesIO(b"a;b\n1;2\n"))
    again = open_table(io.BytesIO(b"a;b\n1;2\n"), tables.Layout(**table.layout.as_json()))

    assert [row.cells for row in again.rows()] == [("1", "2")]


def zipped(**members):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name.replace("__", "/"), data)
    return content.getvalue()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "The file is empty."),
        (b"\n\n,,,\n", "The file is empty."),
        (b"a,b\x00c\n1,2\n", "This is not a table of text."),
        (b"%PDF-1.7\n\x00\x01", "This is not a table of text."),
        (b"\xd0\xcf\x11\xe0rest", "old or protected kind"),
        (b"PK\x03\x04 and nothing more", "damaged or protected"),
        (zipped(hello="no workbook"), "damaged or protected"),
        (zipped(xl__sharedStrings_xml=b"0" * 10, **{f"m{i}": b"" for i in range(2001)}), "unpacks to more"),
        (zipped(bomb=b"0" * (limits.MAX_UNPACKED_BYTES + 1)), "unpacks to more"),
        (b"a,b\n" + b"x" * 200_000 + b",2\n", "breaks off"),
        (b'a,b\n"never closed, ' + b"x\n" * 100_000, "breaks off"),
        (",".join(f"c{i}" for i in range(300)).encode(), "more than 200 columns"),
    ],
)
def test_what_is_no_table_gets_a_sentence(content, sentence):
    with pytest.raises(UnreadableFile) as raised:
        list(open_table(io.BytesIO(content)).rows())

    assert sentence in raised.value.message


def test_entities_that_multiply_are_not_expanded():
    """Billion laughs (2002): nine entities of ten each would be a gigabyte of text."""
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    cell = '<row><c t="inlineStr"><is><t>&l9;</t></is></c></row>'
    sheet = f'<!DOCTYPE x [<!ENTITY l0 "lol">{entities}]><worksheet><sheetData>{cell}</sheetData></worksheet>'
    original, changed = io.BytesIO(workbook(["a"], ["1"])), io.BytesIO()
    with zipfile.ZipFile(original) as source, zipfile.ZipFile(changed, "w") as target:
        for member in source.namelist():
            target.writestr(member, sheet if member == "xl/worksheets/sheet1.xml" else source.read(member))

    with pytest.raises(UnreadableFile):
        list(open_table(changed).rows())


def test_a_file_that_is_too_long_is_refused_before_it_is_read_to_its_end(monkeypatch):
    monkeypatch.setattr(tables, "MAX_ROWS", 3)

    with pytest.raises(UnreadableFile) as raised:
        list(open_table(io.BytesIO(b"a\n1\n2\n3\n4\n")).rows())

    assert "more than 3 rows" in raised.value.message


def test_a_file_that_is_too_large_is_not_read(monkeypatch):
    monkeypatch.setattr(tables, "MAX_BYTES", 5)

    with pytest.raises(UnreadableFile):
        open_table(io.BytesIO(b"a,b\n1,2\n"))
