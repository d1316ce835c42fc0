"""The pages of contacts and of companies."""
