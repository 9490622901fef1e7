"""Bundler: which entries a client has, from one XML file for each bundle (:ref:`structures-3`)."""

from bcfg2tw.engine.plugins.bundler.bundler import Bundler

__all__ = ["Bundler"]
