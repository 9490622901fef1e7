"""
Metadata: the clients, their groups, and whom a connection acts as (:ref:`reference-metadata`).
"""

from __future__ import annotations

from bcfg2tw.engine.plugins.metadata.metadata import Metadata

__all__ = ["Metadata"]
