"""Checks that Bcfg2's own lint does not have."""

from bcfg2tw.cli.lint.check import Check
from bcfg2tw.cli.lint.more.descriptions import Files
from bcfg2tw.cli.lint.more.expressions import Expressions
from bcfg2tw.cli.lint.more.generators import CfgFiles, Generators
from bcfg2tw.cli.lint.more.groups import Groups
from bcfg2tw.cli.lint.more.probes import InfoFiles, ProbeFiles
from bcfg2tw.cli.lint.more.python2 import Python2
from bcfg2tw.cli.lint.more.secrets import Secrets

__all__ = ["CHECKS"]

CHECKS: tuple[type[Check], ...] = (
    CfgFiles, Expressions, Files, Generators, Groups, InfoFiles, ProbeFiles, Python2,
    Secrets,
)  # fmt: skip
