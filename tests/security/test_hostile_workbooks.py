"""Workbooks of a few kilobytes that would keep a process busy for hours or fill its memory."""

import io
import zipfile

import openpyxl
import pytest

from triptych.core_crm.imports import workbooks
from triptych.core_crm.imports.limits import UnreadableFile
from triptych.core_crm.imports.tables import open_table


def small_workbook():
    book, content = openpyxl.Workbook(), io.BytesIO()
    book.active.append(["name", "town"])
    book.active.append(["Ann", "Rome"])
    book.save(content)
    return content


def altered(part, old, new, *, of=None):
    """A small workbook in one part of which something else stands."""
    content = io.BytesIO()
    with zipfile.ZipFile(of or small_workbook()) as given, zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as made:
        for member in given.infolist():
            data = given.read(member)
            made.writestr(member.filename, data.replace(old, new) if member.filename == part else data)
    return content


@pytest.mark.parametrize(
    "number", [b"2000000000", b"1048577", b"0", b"-1", b"1", b"999999999999999999999"], ids=bytes.decode
)
def test_rows_with_impossible_numbers_are_refused_at_once(number):
    content = altered("xl/worksheets/sheet1.xml", b'<row r="2"', b'<row r="' + number + b'"')

    with pytest.raises(UnreadableFile):
        list(open_table(content).rows())


def test_a_row_far_below_costs_nothing():
    content = altered("xl/worksheets/sheet1.xml", b'<row r="2"', b'<row r="1048576"')

    assert [(row.number, row.cells) for row in open_table(content).rows()] == [(1048576, ("Ann", "Rome"))]


@pytest.mark.parametrize("part", ["xl/styles.xml", "xl/workbook.xml", "[Content_Types].xml"])
def test_parts_that_are_read_as_a_whole_are_small(monkeypatch, part):
    monkeypatch.setattr(workbooks, "MAX_UNPACKED_PART_BYTES", 50_000)
    content = altered(part, b"<", b" " * 10_000 + b"<")

    with pytest.raises(UnreadableFile, match="unpacks to more than we read"):
        open_table(content)


LAUGHS = b"".join(b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 9))


@pytest.mark.parametrize(
    "entities",
    [b"", b'<!ENTITY a8 SYSTEM "file:///etc/hostname">', b'<!ENTITY a0 "ha">' + LAUGHS],
    ids=["unknown", "outside", "billions"],
)
def test_entities_bring_nothing_in(entities):
    sheet = b"<!DOCTYPE worksheet [" + entities + b"]><worksheet"
    content = altered("xl/worksheets/sheet1.xml", b"<worksheet", sheet)
    content = altered("xl/worksheets/sheet1.xml", b"Ann", b"&a8;", of=content)

    with pytest.raises(UnreadableFile, match="damaged"):
        list(open_table(content).rows())


ROWS_OF_DOOM = {
    "one cell of many megabytes": b'<row r="2"><c t="inlineStr"><is><t>' + b"x" * 9_000_000 + b"</t></is></c></row>",
    "a million cells": b'<row r="2">' + b"<c/>" * 1_000_000 + b"</row>",
    "ends of rows that are none": b'<row r="2">' + b"<!--</row>-->" + b"<c/>" * 10 + b"</row>",
}


@pytest.mark.parametrize("row", ROWS_OF_DOOM.values(), ids=ROWS_OF_DOOM)
def test_a_row_that_would_fill_the_memory_is_refused(row):
    content = altered("xl/worksheets/sheet1.xml", b"<sheetData>", b"<sheetData>" + row)

    with pytest.raises(UnreadableFile):
        list(open_table(content).rows())


def test_millions_of_shared_texts_are_refused_before_they_are_read(monkeypatch):
    monkeypatch.setattr(workbooks, "MAX_STRING_TAGS", 1000)
    content = small_workbook()
    with zipfile.ZipFile(content, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/sharedStrings.xml", b"<sst>" + b"<si/>" * 1000 + b"</sst>")

    with pytest.raises(UnreadableFile, match="unpacks to more than we read"):
        open_table(content)


@pytest.mark.parametrize("body", [b"," * 9_000_000, b'"a\n",' * 2_000_000], ids=["one line", "quoted lines"])
def test_a_row_of_text_that_never_ends_is_refused(body):
    with pytest.raises(UnreadableFile, match="longer than 8 MB"):
        list(open_table(io.BytesIO(b"name,town\nAnn,Rome\n" + body)).rows())
