"""
What is in the package `Bcfg2` as a site's own plugins see it; `index.py` says under which names.

Classes have other names in here than for plugins, so that nobody takes them for the engine's own.
"""
