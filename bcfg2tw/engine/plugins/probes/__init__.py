"""Probes: scripts that clients run, and what is known of clients from what they print."""

from bcfg2tw.engine.plugins.probes.probes import Probes

__all__ = ["Probes"]
