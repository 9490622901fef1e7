"""Schemas of the repository's files, made from the descriptions in `engine/checks/`."""
