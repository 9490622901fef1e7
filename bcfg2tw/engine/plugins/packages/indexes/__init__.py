"""The compiled index of a source: written once, mapped, and in service."""
