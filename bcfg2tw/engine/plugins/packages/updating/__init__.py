"""Bringing the compiled indexes up to date."""
