"""Python2: Python 2 in templates and helpers, also where nothing fails."""

from __future__ import annotations

import os
from collections.abc import Iterator

from bcfg2tw.cli.lint.cfg_files import cfg_files
from bcfg2tw.cli.lint.check import Check, Kind, Remark
from bcfg2tw.cli.lint.repository import Repository
from bcfg2tw.cli.python2.finding import constructs_of
from bcfg2tw.cli.python2.meaning import CODE, MEANING
from bcfg2tw.cli.python2.pieces import syntax_of

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
    """Looks at code in templates, in XML files that are templates, and in helpers."""

    name = "Python2"
    kinds = KINDS

    def run(self) -> Iterator[Remark]:
        """Look at the files that take part."""
        for path, syntax in files_with_code(self.repository):
            if self.repository.has(path):
                for construct in constructs_of(self.repository.text(path), syntax):
                    yield Remark(construct.name, path, construct.line, construct.message)


def files_with_code(repository: Repository) -> Iterator[tuple[str, str]]:
    """Yield the full path of each file of a repository that holds Python, and how it does."""
    for folder in _PYTHON_FOLDERS:
        for path in repository.every(folder, "*.py"):
            yield path, "python"
    for file in cfg_files(repository):
        name = os.path.basename(file.path)
        if any(word in file.handler for word in ("Genshi", "Cheetah", "Jinja2")):
            is_encrypted = ".crypt" in name
            if not is_encrypted:
                yield file.path, syntax_of(name)
    for folder in _TEMPLATE_FOLDERS:
        for path in repository.every(folder, "*/template*"):
            yield path, syntax_of(os.path.basename(path))
    for folder in _XML_FOLDERS:
        for path in repository.every(folder, "*.xml", "*.genshi"):
            if GENSHI in repository.data(path):
                yield path, "genshi-xml"
