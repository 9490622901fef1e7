"""Entries and data made of the sources: package managers' configuration, keys, template data."""
