"""Checks that Bcfg2's own lint does not have."""

from bcfg2tw.cli.lint.check import Check

__all__ = ["CHECKS"]

CHECKS: tuple[type[Check], ...] = ()
