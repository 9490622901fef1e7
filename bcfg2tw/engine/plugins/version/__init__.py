"""Plugins that know the repository's revision, one for each version control system."""
