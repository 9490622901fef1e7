"""
Packages: completes lists of packages from the distributions' indexes.

Two ways go through this folder. From the mirrors to the disk: `update.py` has a downloader fetch
what a source lists (`files.py`, `release.py`, `repomd.py`), a reader for its type (`apt.py`,
`yum.py`, `pac.py`, `pkgng.py`) go through it, and `index_file.py` write one compiled index, which
`index.py` reads. From a client to its packages: `plugin.py` asks `client_sources.py` which sources
of sources.xml (`sources.py`) apply, `indexes.py` for their indexes, and `resolutions.py` for what a
`request.py` needs, which `resolution.py` and `alternatives.py` find in a `collection.py`.
"""
