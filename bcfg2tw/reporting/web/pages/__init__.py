"""The table of pages."""
