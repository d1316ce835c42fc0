"""Points for contacts, as a plugin for Triptych."""
