"""A chosen accent colour can be read, whatever was chosen."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triptych.platform.web.colours import AA, PAPER, SLATE, TINT, checked_colour, contrast, mixed, readable

NIGHT_INK = "#031a1c"
"""What `tokens.css` writes on an accent by night (`--tblr-primary-fg`)."""


@given(st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}"))
def test_every_colour_becomes_readable_on_every_ground(colour):
    day, night = readable(colour)

    assert min(contrast(day, ground) for ground in ("#ffffff", PAPER, mixed(day, PAPER, TINT))) >= AA
    assert min(contrast(night, ground) for ground in (NIGHT_INK, SLATE, mixed(night, SLATE, TINT))) >= AA


@pytest.mark.parametrize(
    ("colour", "day", "night"),
    [
        ("#005d65", "#005d65", "#5ea8b0"),
        ("#ffff00", "#676000", "#ffff00"),
        ("#000000", "#000000", "#9b9b9b"),
        ("#ffffff", "#5f5f5f", "#ffffff"),
    ],
)
def test_a_colour_that_can_be_read_stays_and_others_keep_their_hue(colour, day, night):
    assert readable(colour) == (day, night)


def test_contrast_is_that_of_the_guidelines():
    assert contrast("#ffffff", "#000000") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("text", ["", "red", "#fff", "#gggggg", "#12345", "#1234567", "#123456;"])
def test_what_is_no_colour_is_none(text):
    with pytest.raises(ValueError, match="is no colour"):
        checked_colour(text)
    assert checked_colour(" #7C3AED ") == "#7c3aed"
