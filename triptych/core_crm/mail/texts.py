"""The words of a mail: HTML made text, quoted text cut off, characters that can be stored."""

from __future__ import annotations

import codecs
import re
from html.parser import HTMLParser

import nh3
import quotequail
from charset_normalizer import from_bytes

LONGEST = 200_000
"""Letters of a mail's text that are looked at."""
LONGEST_HTML = 100_000
"""The same for HTML, whose cleaning takes longer than its length where tags are nested without end."""

BLOCKS = {"p", "div", "br", "li", "tr", "h1", "h2", "h3", "h4", "blockquote", "pre", "table", "ul", "ol", "hr"}


def decoded(data: bytes, charset: str | None) -> str:
    """Bytes as text, whatever they claim to be: the named charset if there is such a one, else the likeliest."""
    data = data[: LONGEST * 4]
    try:
        known = codecs.lookup(charset or "utf-8")
        if known._is_text_encoding:
            return storable(data.decode(known.name, "strict" if charset is None else "replace"))
    except (LookupError, ValueError):
        pass
    guess = from_bytes(data[:65_536]).best()
    return storable(data.decode(guess.encoding if guess else "latin-1", "replace"))


def storable(text: str) -> str:
    """Text without NUL, lone surrogates and other control characters, lines ended by a newline alone."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").encode("utf-8", "replace").decode()
    return "".join(letter for letter in text if letter in "\n\t" or ord(letter) >= 32)[:LONGEST]


class _Lines(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self.quotes = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "blockquote":
            self.quotes += 1
        if tag in BLOCKS:
            self.pieces.append("\n")
        if tag == "li":
            self.pieces.append("- ")

    def handle_endtag(self, tag: str) -> None:
        if tag == "blockquote":
            self.quotes = max(0, self.quotes - 1)
        if tag in BLOCKS - {"br", "hr"}:
            self.pieces.append("\n")

    def handle_data(self, data: str) -> None:
        words = re.sub(r"\s+", " ", data)
        self.pieces.append(f"> {words}" if self.quotes and words.strip() else words)


def text_of_html(html: str) -> str:
    """What a reader sees of an HTML mail. Scripts, styles, comments and hidden parts of the head are gone."""
    clean = nh3.clean(html[:LONGEST_HTML], tags=BLOCKS, attributes={}, clean_content_tags={"script", "style", "title"})
    lines = _Lines()
    lines.feed(clean)
    lines.close()
    text = "\n".join(line.strip() for line in "".join(lines.pieces).split("\n"))
    return storable(re.sub(r"\n{3,}", "\n\n", text)).strip()


def without_quotes(text: str) -> str:
    """What is new in an answer: without the mail that it answers, which stands in the conversation already.

    Where nothing would be left, or the sender writes between the quoted lines, everything stays.
    """
    found = quotequail.unwrap(text)
    if found and found.get("type") == "reply":
        above = (found.get("text_top") or "").strip()
        below = (found.get("text_bottom") or "").strip()
        return above if above and not below else text.strip()
    lines = text.rstrip().split("\n")
    while lines and (lines[-1].startswith(">") or not lines[-1].strip()):
        lines.pop()
    return "\n".join(lines).strip() or text.strip()
