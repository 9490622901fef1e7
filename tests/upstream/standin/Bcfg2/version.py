"""The version, which Bcfg2 keeps here."""

__version__ = "1.4.0"
