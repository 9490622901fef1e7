"""
Packages: completes lists of packages from the distributions' indexes.

Two ways go through this folder. From the mirrors to the disk: `updating/` has a downloader
(`fetching/`) fetch what a source (`sources/`) lists, a reader for its type (`formats/`) go through
it, and `indexes/` write one compiled index. From a client to its packages: `packages.py`, the
plugin, asks `sources/` which of them apply, `indexes/` for their indexes, and `resolving/` for all
that a request needs.
"""
