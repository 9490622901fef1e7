"""Python2: Python 2 in templates, helpers and own modules, also where nothing fails."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from itertools import chain

from bcfg2tw.cli.lint.cfg_files import cfg_files
from bcfg2tw.cli.lint.check import Check, Kind, Remark
from bcfg2tw.cli.lint.repository import Repository
from bcfg2tw.cli.python2.finding import constructs_of
from bcfg2tw.cli.python2.meaning import CODE, MEANING
from bcfg2tw.cli.python2.pieces import syntax_of
from bcfg2tw.cli.python2.site_modules import CodeFile, site_modules

__all__ = ["KINDS", "Python2", "files_with_code"]

GENSHI = b"http://genshi.edgewall.org/"

#: Plugins whose folders hold Python, or templates under names of their own.
_PYTHON_FOLDERS = ("TemplateHelper", "Ldap")
_TEMPLATE_FOLDERS = ("TGenshi", "TCheetah")
_XML_FOLDERS = ("Bundler", "SGenshi", "Rules", "Metadata", "Properties", "Packages", "GroupLogic")

KINDS = {
    CODE: Kind(
        "error",
        "The line is Python 2, and fails where it is run. The message says what to write.",
    ),
    MEANING: Kind(
        "warning",
        "The line means something else in Python 3 than it did, and nothing fails for it: a "
        "division of whole numbers gives a fraction, filter() is always true.",
    ),
}


class Python2(Check):
    """
    Looks at code in templates, in XML files that are templates, and in helpers.

    The modules of the site's own plugins and Cfg handlers take part as well.
    """

    name = "Python2"
    kinds = KINDS

    def run(self) -> Iterator[Remark]:
        """Look at the files that take part."""
        modules = site_modules(self.repository.settings, list(filter(os.path.isdir, sys.path)))
        for file in chain(files_with_code(self.repository), modules):
            if self.repository.has(file.path):
                text = self.repository.text(file.path)
                for construct in constructs_of(text, file.syntax, file.surroundings):
                    yield Remark(construct.name, file.path, construct.line, construct.message)


def files_with_code(repository: Repository) -> Iterator[CodeFile]:
    """Yield the files of a repository that hold Python."""
    for folder in _PYTHON_FOLDERS:
        for path in repository.every(folder, "*.py"):
            yield CodeFile(path, "python")
    for file in cfg_files(repository):
        name = os.path.basename(file.path)
        if any(word in file.handler for word in ("Genshi", "Cheetah", "Jinja2")):
            is_encrypted = ".crypt" in name
            if not is_encrypted:
                yield CodeFile(file.path, syntax_of(name))
    for folder in _TEMPLATE_FOLDERS:
        for path in repository.every(folder, "*/template*"):
            yield CodeFile(path, syntax_of(os.path.basename(path)))
    for folder in _XML_FOLDERS:
        for path in repository.every(folder, "*.xml", "*.genshi"):
            if GENSHI in repository.data(path):
                yield CodeFile(path, "genshi-xml")
