"""Groups: those that are named and declared nowhere, and those that nothing needs."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from functools import cached_property

from bcfg2tw.cli.lint.cfg_files import cfg_files
from bcfg2tw.cli.lint.check import Check, Kind, Remark
from bcfg2tw.cli.lint.repository import Repository
from bcfg2tw.engine.xmlio import Element, line_of
from bcfg2tw.near_names import near_name

#: Plugins that put clients into groups, which nothing in the repository names.
GIVING = ("Probes", "Ldap", "PuppetENC")
#: Plugins whose files name the groups that they put clients into.
NAMING = ("GroupPatterns", "GroupLogic", "AWSTags")
#: Plugins whose files have conditions.
CONDITIONED = (
    "Bundler", "Rules", "Defaults", "Deps", "Pkgmgr", "Packages", "Properties", "FileProbes",
    "NagiosGen", "Decisions", "Cfg", "SSHbase",
)  # fmt: skip
#: How alike a name has to be to one that is declared, where a plugin may give it.
ALIKE = 0.8

_PROBED = re.compile(r"group:([\w.:+-]*)")


class Groups(Check):
    """Holds the groups that are named against those that are declared."""

    name = "Groups"
    plugin = "Metadata"
    kinds = {
        "undeclared-group": Kind(
            "warning",
            "A condition or a file's name is for a group that is declared nowhere, and that no "
            "plugin gives: it is for nobody. Correct the name, or declare the group.",
        ),
        "unused-group": Kind(
            "warning",
            "A group is declared, but no client's profile, group, condition, file or program "
            "names it. Remove it.",
        ),
    }

    def __init__(self, repository: Repository) -> None:
        super().__init__(repository)
        self._groups = repository.document(repository.path("Metadata", "groups.xml"))

    def run(self) -> Iterator[Remark]:
        """Look at conditions and names of files, and where all take part at declarations."""
        if self._groups is None:
            return
        seen: set[tuple[str, str]] = set()
        for name, path, line in self._named():
            if self.repository.has(path) and (name, path) not in seen:
                seen.add((name, path))
                yield from self._look(name, path, line)
        if self.repository.is_whole:
            yield from self._unused()

    def _named(self) -> Iterator[tuple[str, str, int | None]]:
        """Yield the groups that conditions and names of files are for, and where."""
        for plugin in CONDITIONED:
            if not self.repository.uses(plugin):
                continue
            for path in self.repository.every(plugin, "*.xml", "*.genshi"):
                if b"Group" in self.repository.data(path):
                    root = self.repository.xml(path)
                    yield from () if root is None else _conditions(root)
        for file in cfg_files(self.repository):
            if file.specificity is not None and file.specificity.group is not None:
                yield file.specificity.group, file.path, None

    @cached_property
    def _declared(self) -> set[str]:
        """Every group that groups.xml or the file of a plugin names."""
        assert self._groups is not None
        names = {group.get("name", "") for group in self._groups.iter("Group")}
        for plugin in NAMING:
            for path in self.repository.every(plugin, "*.xml"):
                root = self.repository.xml(path)
                for group in () if root is None else root.iter("Group"):
                    names |= {group.get("name", ""), (group.text or "").strip()}
        clients = self.repository.document(self.repository.path("Metadata", "clients.xml"))
        if clients is not None:
            names |= {client.get("profile", "") for client in clients.iter("Client")}
        return names - {""}

    @cached_property
    def _probed(self) -> set[str]:
        """The beginnings of the groups that probes give."""
        texts = map(self.repository.text, self.repository.every("Probes"))
        return {prefix for text in texts for prefix in _PROBED.findall(text)}

    def _look(self, name: str, path: str, line: int | None) -> Iterator[Remark]:
        if name in self._declared or any(sign in name for sign in "$%{"):
            return
        if any(name.startswith(prefix) for prefix in self._probed - {""}):
            return
        near = near_name(name, self._declared, ALIKE)
        if near is not None and re.findall(r"\d+", near) != re.findall(r"\d+", name):
            near = None
        if near is None and any(map(self.repository.uses, GIVING)):
            return
        hint = "" if near is None else f": did you mean {near}?"
        yield Remark("undeclared-group", path, line, f"group {name} is declared nowhere{hint}")

    def _unused(self) -> Iterator[Remark]:
        declarations: dict[str, list[Element]] = {}
        assert self._groups is not None
        for group in self._groups.iter("Group"):
            declarations.setdefault(group.get("name", ""), []).append(group)
        candidates = {
            name: same[0]
            for name, same in declarations.items()
            if name and len(same) == 1 and _is_only_declared(same[0])
        }
        for name in self._without_mention(set(candidates)):
            group = candidates[name]
            message = f"group {name} is declared, but nothing names it"
            yield Remark("unused-group", str(group.base), line_of(group), message)

    def _without_mention(self, names: set[str]) -> list[str]:
        """Return the names that nothing but groups.xml has, not even in passing."""
        left = {name for name in names if not any(name.startswith(begin) for begin in self._probed)}
        left -= set(self._profiles())
        for name in self.repository.listing:
            if not left:
                break
            if name.startswith(("Metadata/groups", "Metadata/clients")):
                continue
            words = set(re.findall(r"[\w.+-]+", os.path.basename(name)))
            text = self.repository.text(self.repository.path(name))
            left = {one for one in left if one not in text and not any(one in w for w in words)}
        return sorted(left)

    def _profiles(self) -> Iterator[str]:
        clients = self.repository.document(self.repository.path("Metadata", "clients.xml"))
        for client in () if clients is None else clients.iter("Client"):
            yield client.get("profile", "")


def _conditions(root: Element) -> Iterator[tuple[str, str, int | None]]:
    for group in root.iter("Group"):
        if group.get("name"):
            yield group.get("name", ""), str(group.base), line_of(group)


def _is_only_declared(group: Element) -> bool:
    """Say whether a group stands at the top, and is no profile that clients may ask for."""
    parent = group.getparent()
    is_profile = any(
        group.get(name, "").lower() == "true" for name in ("profile", "public", "default")
    )
    return parent is not None and parent.tag == "Groups" and not is_profile
