"""The database backend (`base`) and the router of migrations (`router`)."""
