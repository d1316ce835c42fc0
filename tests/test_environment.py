"""What can be set from outside is documented."""

from pathlib import Path

from triptych.environment import Environment

OPERATIONS = Path(__file__).parent.parent / "docs" / "operations.md"


def test_operations_names_every_variable():
    rows = "\n".join(line for line in OPERATIONS.read_text().splitlines() if line.startswith("| `"))

    assert [name for name in Environment.model_fields if f"`{name.upper()}`" not in rows] == []
