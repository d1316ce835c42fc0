"""The pages of Sales."""
