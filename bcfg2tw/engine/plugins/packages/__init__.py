"""Packages: completes lists of packages from the distributions' indexes."""
