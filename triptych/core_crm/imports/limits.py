"""How much of a file is read at most, and how a file is refused that nobody can read."""

from triptych.platform.refusals import Refused

MAX_BYTES = 50 * 1024 * 1024
MAX_UNPACKED_BYTES = 300 * 1024 * 1024
MAX_UNPACKED_STRINGS_BYTES = 60 * 1024 * 1024
MAX_UNPACKED_PART_BYTES = 16 * 1024 * 1024
"""Of styles and the like, which are read into memory as a whole."""

MAX_STRING_TAGS = 8_000_000
"""How many tags the texts of a workbook may have: two million texts, of which each takes some sixty bytes."""

MAX_ROW_BYTES = 8 * 1024 * 1024
"""Of one row as it is written: two hundred cells of the longest text that a cell can hold."""

MAX_ROW_TAGS = 200_000
"""Three times what a row of all 16,384 columns has."""

MAX_SHEET_ROWS = 1_048_576
"""What a workbook can have."""

MAX_ROWS = 200_000
MAX_COLUMNS = 200
MAX_CELL = 32_767
MAX_FILES = 30
"""Files and sheets of one upload."""


class UnreadableFile(Refused):
    """The file cannot be read as a table; the message says why and what to do."""

    code = "UNREADABLE_FILE"
