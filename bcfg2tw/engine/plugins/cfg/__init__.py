"""
Cfg: the content of files, from plain files, templates and encrypted ones (:ref:`reference-cfg`).

Imports go one way through this folder. `cfg.py`, the plugin, makes an entry set of each path's
files (`entry_set.py`) by the table of all kinds of files (`kinds.py`). A kind (`kind.py`) names
the class of its files: `plain.py`, `templates/`, `authorized_keys.py`, `verifiers.py`, and in
`created/` those that make content, with `certificates/` and the paths of others
(`other_paths.py`) where they need them. All of these play the roles of `interfaces.py`.
"""

from bcfg2tw.engine.plugins.cfg.cfg import Cfg

__all__ = ["Cfg"]
