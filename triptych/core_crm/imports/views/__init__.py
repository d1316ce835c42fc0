"""The pages of the import: one flow of four steps, and the list of what was imported."""
