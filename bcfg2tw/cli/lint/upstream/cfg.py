"""Cfg, InfoXML and TemplateAbuse: the files of Cfg, by their names, and their info.xml."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cached_property

from bcfg2tw.cli.lint.cfg_files import CfgFile, cfg_files, paths_of
from bcfg2tw.cli.lint.check import Check, Kind, Remark, at
from bcfg2tw.cli.lint.repository import Repository
from bcfg2tw.engine.plugins.cfg.kind import Role
from bcfg2tw.engine.xmlio import Element, line_of
from bcfg2tw.settings.types import comma_list

SCRIPTS = (".pl", ".py", ".sh", ".rb")
TEMPLATES = ("CfgGenshiGenerator", "CfgCheetahGenerator", "CfgJinja2Generator")
OWNER_MAY_EXECUTE = 0o100


class Cfg(Check):
    """Holds the files of Cfg against the kinds that there are."""

    name = "Cfg"
    plugin = "Cfg"
    is_upstream = True
    kinds = {
        "no-pubkey-xml": Kind(
            "warning",
            "A privkey.xml makes a private key, and no pubkey.xml in the folder NAME.pub has "
            "clients get the public one.",
        ),
        "unknown-cfg-files": Kind(
            "error",
            "The name of a file below Cfg does not begin with the name of its folder, or ends in "
            "something that is neither a group (.G10_NAME), a host (.H_NAME) nor an extension: "
            "nobody gets it. Rename or remove it.",
        ),
        "extra-cfg-files": Kind(
            "error", "Cfg has entries for files that do not exist: they went while lint looked."
        ),
        "multiple-global-handlers": Kind(
            "error",
            "Several files of one folder are for all clients; one of them is used, the others "
            "never. Leave one, or give them to groups.",
        ),
    }

    def run(self) -> Iterator[Remark]:
        """Look at all files, whatever takes part, but for the keys."""
        files = cfg_files(self.repository)
        yield from self._unknown([file for file in files if file.kind is None])
        for path, same in paths_of(files).items():
            yield from self._several(path, same)
        yield from self._keys()

    def _unknown(self, files: list[CfgFile]) -> Iterator[Remark]:
        every = "; ".join(file.path for file in files)
        for number, file in enumerate(files):
            message = f"{os.path.basename(file.path)} could not be understood by Cfg"
            if file.hint:
                message += f": {file.hint}"
            text = f"Files on the filesystem could not be understood by Cfg: {every}"
            yield Remark("unknown-cfg-files", file.path, None, message, "" if number else text)

    def _several(self, path: str, files: list[CfgFile]) -> Iterator[Remark]:
        names = [
            os.path.basename(file.path)
            for file in files
            if file.role is Role.GENERATOR and file.is_for_all
        ]
        if len(names) > 1:
            folder = self.repository.path("Cfg", path[1:])
            text = f"{folder} has multiple global handlers: {', '.join(names)}"
            yield Remark("multiple-global-handlers", os.path.join(folder, names[1]), None, text)

    def _keys(self) -> Iterator[Remark]:
        every = set(self.repository.every("Cfg", "*/pubkey.xml"))
        for path in self.repository.files("Cfg", "*/privkey.xml"):
            folder = os.path.dirname(path)
            if f"{folder}.pub/pubkey.xml" not in every:
                name = "/" + os.path.relpath(folder, self.repository.path("Cfg"))
                text = f"{name} has no corresponding pubkey.xml at {name}.pub"
                yield Remark("no-pubkey-xml", path, None, text)


class InfoXML(Check):
    """Looks at the info.xml of each path of Cfg."""

    name = "InfoXML"
    plugin = "Cfg"
    is_upstream = True
    kinds = {
        "no-infoxml": Kind(
            "warning",
            "A path of Cfg has no info.xml, so that owner, group and mode are the defaults.",
        ),
        "paranoid-false": Kind(
            "warning",
            "paranoid is not true: clients keep no copy of the file that they replace.",
        ),
        "required-infoxml-attrs-missing": Kind(
            "error",
            "An Info lacks an attribute that [InfoXML] required_attrs asks for (owner, group, "
            "mode, where it does not say otherwise).",
        ),
    }

    def run(self) -> Iterator[Remark]:
        """Look at those that are there, and where all files take part for those that are not."""
        for path in self.repository.files("Cfg", "*/info.xml"):
            root = self.repository.document(path)
            for info in () if root is None else root.iter("Info"):
                yield from self._info(path, info)
        if not self.repository.is_whole:
            return
        for path, files in paths_of(cfg_files(self.repository)).items():
            if not any(file.role is Role.INFO for file in files):
                yield Remark("no-infoxml", files[0].path, None, f"No info.xml found for {path}")

    @cached_property
    def _wanted(self) -> tuple[str, ...]:
        return comma_list(self.repository.option("InfoXML", "required_attrs", "owner,group,mode"))

    def _info(self, path: str, info: Element) -> Iterator[Remark]:
        missing = [name for name in self._wanted if info.get(name) is None]
        if missing:
            text = f"Required attribute(s) {','.join(missing)} not found in {path}:"
            yield at("required-infoxml-attrs-missing", info, text, separator="")
        if info.get("paranoid", "true").lower() != "true":
            text = f"Paranoid must be true in {path}:"
            yield at("paranoid-false", info, text, separator="")


class TemplateAbuse(Check):
    """Looks for programs that are made from templates."""

    name = "TemplateAbuse"
    is_upstream = True
    kinds = {
        "templated-script": Kind(
            "warning",
            "A script is made from a template, so that it cannot be tested by itself. Let the "
            "script read a configuration file, and make that from the template.",
        ),
        "templated-executable": Kind(
            "warning",
            "What a template makes may be executed. Let the program read a configuration file, "
            "and make that from the template.",
        ),
    }

    def __init__(self, repository: Repository) -> None:
        super().__init__(repository)
        self._executable: dict[str, Element | None] = {}

    def run(self) -> Iterator[Remark]:
        """Look at the templates of Cfg."""
        for file in cfg_files(self.repository):
            if file.handler in TEMPLATES and self.repository.has(file.path):
                yield from self._template(file)

    def _template(self, file: CfgFile) -> Iterator[Remark]:
        path, reason = file.path, self._script_reason(file)
        if reason:
            text = (
                f"Templated script found: {path}\n{reason}\n"
                "Template a config file for the script instead"
            )
            yield Remark("templated-script", path, None, text.replace("\n", ". "), text)
            return
        folder = os.path.dirname(path)
        if folder not in self._executable:
            self._executable[folder] = self._executable_info(folder)
        info = self._executable[folder]
        if info is not None:
            text = (
                f"Templated executable found: {path}\n"
                "Template a config file for the executable instead"
            )
            message = f"{text} (its mode is in line {line_of(info)} of info.xml)"
            yield Remark("templated-executable", path, None, message.replace("\n", ". "), text)

    def _script_reason(self, file: CfgFile) -> str | None:
        extension = os.path.splitext(file.entry)[1]
        if extension in SCRIPTS:
            return f"File has a known script extension: {extension}"
        first = self.repository.text(file.path).partition("\n")[0].strip()
        return f"File starts with a shebang: {first}" if first.startswith("#!") else None

    def _executable_info(self, folder: str) -> Element | None:
        root = self.repository.document(os.path.join(folder, "info.xml"))
        if root is None:
            return None
        return next((info for info in root.iter("Info") if _is_executable(info)), None)


def _is_executable(info: Element) -> bool:
    try:
        return bool(int(info.get("mode") or "0", 8) & OWNER_MAY_EXECUTE)
    except ValueError:
        return False
