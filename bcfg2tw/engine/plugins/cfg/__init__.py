"""
Cfg: the content of files, from plain files, templates and encrypted ones (:ref:`reference-cfg`).
"""

from bcfg2tw.engine.plugins.cfg.cfg import Cfg

__all__ = ["Cfg"]
