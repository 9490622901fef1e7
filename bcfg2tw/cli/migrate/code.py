"""Python of the site that runs on the server: templates, helpers, own plugins and handlers."""

from __future__ import annotations

import os
from collections.abc import Iterator

from bcfg2tw.cli.lint.more.python2 import files_with_code
from bcfg2tw.cli.migrate.kinds import finding
from bcfg2tw.cli.migrate.old_site import OldSite
from bcfg2tw.cli.migrate.plugins import module_folders
from bcfg2tw.cli.python2.finding import constructs_of
from bcfg2tw.cli.python2.site_modules import CodeFile, site_modules
from bcfg2tw.finding import Finding

__all__ = ["code_files", "examine"]


def code_files(site: OldSite) -> Iterator[CodeFile]:
    """Yield the files with code; what clients run, as probes, is none of the server's."""
    yield from files_with_code(site.repository)
    yield from site_modules(site.settings, module_folders(site))


def examine(site: OldSite) -> Iterator[Finding]:
    """Yield what is Python 2, and what means something else on Python 3."""
    for file in code_files(site):
        text = site.repository.text(file.path)
        plugin = os.path.relpath(file.path, site.repository.root).partition(os.sep)[0]
        plugin = plugin if plugin != os.pardir else ""
        for construct in constructs_of(text, file.syntax, file.surroundings):
            yield finding(construct.name, file.path, construct.line, construct.message, plugin)
