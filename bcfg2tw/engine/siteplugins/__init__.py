"""
A site's own plugins that are written for upstream's names, `Bcfg2.Server.Plugin` and the like.

`package.py` is the package `Bcfg2` as such a plugin sees it, and nobody else in the process;
`names/` has what is in it. `server.py` is the core that plugins get, `monitor.py` tells them of
changed files, `adapter.py` makes a plugin of ours of each of them. (:ref:`reference-plugin-api`.)
"""
