"""ProbeFiles and InfoFiles: single files of plugins."""

from __future__ import annotations

import os
from collections.abc import Iterator

from bcfg2tw.cli.lint.check import Check, Kind, Remark
from bcfg2tw.engine.xmlio import Element, is_element, line_of

#: Files of Probes that are none.
_DATA = ("probed.xml", "probed.json", "info.xml")


class ProbeFiles(Check):
    """Looks at how probes begin, and whether they may be executed."""

    name = "ProbeFiles"
    plugin = "Probes"
    kinds = {
        "probe-not-executable": Kind(
            "warning",
            "Others of the probes may be executed, and this one may not: it may be something else "
            "than a probe (--fix makes it executable).",
        ),
        "probe-without-interpreter": Kind(
            "warning",
            "A probe does not begin with #! and the path of a program, so that clients run it with "
            "sh, or not at all.",
        ),
    }

    def run(self) -> Iterator[Remark]:
        """Look at the probes that take part."""
        repository = self.repository
        probes = [path for path in repository.every("Probes") if not path.endswith(_DATA)]
        executable = {path for path in probes if self._is_executable(path)}
        for path in filter(repository.has, probes):
            reason = _trouble(repository.text(path).partition("\n")[0])
            if reason is not None:
                yield Remark("probe-without-interpreter", path, 1, reason)
            if executable and path not in executable:
                message = "the probe is not executable, unlike others: chmod +x"
                yield Remark("probe-not-executable", path, None, message)

    def _is_executable(self, path: str) -> bool:
        name = os.path.relpath(path, self.repository.root)
        return self.repository.listing[name].is_executable


def _trouble(first: str) -> str | None:
    """Return what is wrong with the first line of a probe, None if nothing is."""
    if not first.startswith("#!"):
        return f"the probe begins with {first[:40]!r}: begin it with #!/bin/sh or the like"
    if first.endswith("\r"):
        return "the first line ends as on Windows, so that there is no such program: use \\n"
    program = first[2:].strip()
    if not program.startswith(("/", "$", "{")):
        return f"{program!r} is no path of a program: write /bin/sh or the like"
    return None


class InfoFiles(Check):
    """Looks for what of an info.xml never applies."""

    name = "InfoFiles"
    plugin = "Cfg"
    kinds = {
        "several-infos": Kind(
            "warning",
            "Several Info stand side by side: the first counts, the others never do. Leave one, "
            "or put conditions around them.",
        )
    }

    def run(self) -> Iterator[Remark]:
        """Look at each info.xml."""
        for path in self.repository.files("Cfg", "*/info.xml"):
            root = self.repository.xml(path)
            yield from () if root is None else self._level(path, root)

    def _level(self, path: str, parent: Element) -> Iterator[Remark]:
        infos = [child for child in parent if is_element(child) and child.tag == "Info"]
        for info in infos[1:]:
            message = f"this Info never applies: that of line {line_of(infos[0])} comes first"
            yield Remark("several-infos", path, line_of(info), message)
        for child in parent:
            if is_element(child) and child.tag != "Info":
                yield from self._level(path, child)
