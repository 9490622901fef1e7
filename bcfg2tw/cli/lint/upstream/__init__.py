"""The checks of Bcfg2's own lint, under its names and in its words (:ref:`tools-3`)."""

from bcfg2tw.cli.lint.check import Check
from bcfg2tw.cli.lint.upstream.bundler import Bundler
from bcfg2tw.cli.lint.upstream.cfg import Cfg, InfoXML, TemplateAbuse
from bcfg2tw.cli.lint.upstream.comments import Comments
from bcfg2tw.cli.lint.upstream.crypto import Crypto, ValidateJSON
from bcfg2tw.cli.lint.upstream.merging import MergeFiles
from bcfg2tw.cli.lint.upstream.metadata import Metadata
from bcfg2tw.cli.lint.upstream.names import AWSTags, GroupNames, GroupPatterns
from bcfg2tw.cli.lint.upstream.pkgmgr import Pkgmgr
from bcfg2tw.cli.lint.upstream.required import RequiredAttrs
from bcfg2tw.cli.lint.upstream.templatehelper import TemplateHelper
from bcfg2tw.cli.lint.upstream.templates import Genshi, Jinja2
from bcfg2tw.cli.lint.upstream.validate import Validate

__all__ = ["CHECKS"]

CHECKS: tuple[type[Check], ...] = (
    AWSTags, Bundler, Cfg, Comments, Crypto, Genshi, GroupNames, GroupPatterns, InfoXML, Jinja2,
    MergeFiles, Metadata, Pkgmgr, RequiredAttrs, TemplateAbuse, TemplateHelper, Validate,
    ValidateJSON,
)  # fmt: skip
