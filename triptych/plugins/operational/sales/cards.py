"""What the lines card of a deal's page shows."""
