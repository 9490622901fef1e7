"""
Packages: completes lists of packages from the distributions' indexes.

Two ways go through this folder. From the mirrors to the disk: `updating/` has a downloader
(`fetching/`) fetch what a source (`sources/`) lists, a reader for its type (`formats/`) go through
it, and `indexes/` write one compiled index. From a client to its packages: `packages.py`, the
plugin, asks `sources/` which of them apply, `updating/` for their indexes, `resolving/` for all
that a request needs, and `configuring/` for the configuration of the client's package manager.

Imports go one way, too: `packages.py`, `configuring/` and `resolving/`, `updating/`, `formats/`,
`indexes/`, `sources/` and `fetching/`.
"""
