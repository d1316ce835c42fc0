"""Formats of a language where Django has them otherwise than Babel, so that a page writes all numbers in one way."""
