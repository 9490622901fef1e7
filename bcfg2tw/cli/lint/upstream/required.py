"""RequiredAttrs: what a client needs to handle an entry (:ref:`structures-13`)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from bcfg2tw.cli.lint.check import Check, Kind, Remark, at
from bcfg2tw.engine.xmlio import Element

GENSHI = b"http://genshi.edgewall.org/"

Test = Callable[[str], bool]


def _like(pattern: str) -> Test:
    """Return a test for the whole of a value."""
    compiled = re.compile(pattern)
    return lambda value: compiled.fullmatch(value) is not None


def _any(value: str) -> bool:
    return True


_USER = r"[A-Za-z_][\w.-]*\$?|\d+"
FILE_NAME = _like(r"/.*")
MODE = _like(r"[0-7]{3,4}")
USER = _like(_USER)
SELINUX_TYPE = _like(r"\w+_t")
SELINUX_USER = _like(r"\w+_u")
SELINUX_ROLES = _like(r"\w+_r(\s+\w+_r)*")
#: A user, or all of a group.
LOGIN = _like(rf"%?({_USER})")

_OWNED: Mapping[str, Test] = {"owner": USER, "group": USER, "mode": MODE}
_NAMED: Mapping[str, Test] = {"name": _any}
#: Types of Path: their attributes, beside the name.
PATHS: Mapping[str, Mapping[str, Test]] = {
    "file": _OWNED,
    "directory": _OWNED,
    "permissions": _OWNED,
    "augeas": _OWNED,
    "device": {"dev_type": _like("block|char|fifo"), **_OWNED},
    "hardlink": {"to": FILE_NAME},
    "symlink": {},
    "nonexistent": {},
    "ignore": {},
    "vcs": {"vcstype": _any, "revision": _any, "sourceurl": _any},
}
#: Other tags: their attributes whatever the type.
OTHERS: Mapping[str, Mapping[str, Test]] = {
    "Package": _NAMED,
    "Service": _NAMED,
    "Action": {
        "name": _any,
        "timing": _like("pre|post|both"),
        "when": _like("modified|always"),
        "status": _like("ignore|check"),
        "command": _any,
    },
    "POSIXUser": {"name": USER},
    "POSIXGroup": {"name": USER},
    "SEBoolean": {"name": _any, "value": _like("on|off")},
    "SEModule": _NAMED,
    "SEPort": {"name": _like(r"\d+(-\d+)?/(tcp|udp)"), "selinuxtype": SELINUX_TYPE},
    "SEFcontext": {"name": _any, "selinuxtype": SELINUX_TYPE},
    "SENode": {
        "name": _like(r"[^/]+/[^/]+"), "selinuxtype": SELINUX_TYPE, "proto": _like("ipv[46]"),
    },
    "SELogin": {"name": LOGIN, "selinuxuser": SELINUX_USER},
    "SEUser": {"name": SELINUX_USER, "roles": SELINUX_ROLES, "prefix": _any},
    "SEInterface": {"name": _any, "selinuxtype": SELINUX_TYPE},
    "SEPermissive": {"name": SELINUX_TYPE},
}  # fmt: skip
ACL: Mapping[str, Test] = {
    "type": _like("access|default"), "scope": _like("user|group|other"),
    "perms": _like("[0-7]|[r-]?[w-]?[x-]?"),
}  # fmt: skip
#: The devices that are numbered.
NUMBERED = ("block", "char")
#: What has to have a text, unless it says that it is empty.
TEXTS = (("Path", "file"), ("SEModule", None))
#: The default ACLs that a directory has, if it has any.
SCOPES = {("user", ""), ("group", ""), ("other", "")}


class RequiredAttrs(Check):
    """Looks at entries that no plugin completes: those of Rules, and bound ones of bundles."""

    name = "RequiredAttrs"
    is_upstream = True
    kinds = {
        "missing-elements": Kind(
            "error",
            "A Path has default ACLs, but not those of the owner (user=''), the group (group='') "
            "and others, without which clients cannot set any.",
        ),
        "unknown-entry-type": Kind("error", "No client knows the type of the entry."),
        "unknown-entry-tag": Kind("error", "No client knows entries with this tag."),
        "required-attrs-missing": Kind(
            "error", "Clients cannot handle the entry without the attributes that are named."
        ),
        "required-attr-format": Kind(
            "error", "An attribute has a value that clients cannot use, such as a mode of letters."
        ),
        "extra-attrs": Kind(
            "warning", "recommended means something to sources of the type apt alone."
        ),
    }

    def run(self) -> Iterator[Remark]:
        """Look at sources of packages, and where nothing completes entries at these."""
        yield from self._sources()
        if self.repository.uses("Defaults"):
            return  # which may complete any of them
        for path in self.repository.files("Rules", "*.xml"):
            root = self.repository.document(path)
            for entry in () if root is None else root.iter("Path"):
                yield from self._entry(entry)
        for path in self.repository.files("Bundler", "*.xml", "*.genshi"):
            if GENSHI not in self.repository.data(path):
                root = self.repository.document(path)
                yield from () if root is None else self._bundle(root)

    def _bundle(self, root: Element) -> Iterator[Remark]:
        for entry in root.iter():
            tag = str(entry.tag) if isinstance(entry.tag, str) else ""
            if tag.startswith("Bound"):
                yield from self._entry(entry)
            elif tag in ("Path", "Package"):
                other = "glob" if tag == "Path" else "group"
                if not entry.get("name") and not entry.get(other):
                    text = f"{tag} tags require either a 'name' or '{other}' attribute: "
                    yield at("required-attrs-missing", entry, text)

    def _sources(self) -> Iterator[Remark]:
        for path in self.repository.files("Packages", "sources.xml"):
            root = self.repository.document(path)
            for source in () if root is None else root.iter("Source"):
                yield from self._source(source)

    def _source(self, source: Element) -> Iterator[Remark]:
        kind = source.get("type", "")
        alternatives = ["url", "rawurl", *(["pulp_id"] if kind == "yum" else [])]
        if not any(source.get(name) for name in alternatives):
            text = (
                f"A {kind or 'package'} source must have either a "
                f"{', '.join(alternatives[:-1])} or {alternatives[-1]} attribute:"
            )
            yield at("required-attrs-missing", source, text)
        if source.get("recommended") is not None and kind != "apt":
            text = f"{kind} sources do not support the recommended attribute:"
            yield at("extra-attrs", source, text)

    def _entry(self, entry: Element) -> Iterator[Remark]:
        tag = str(entry.tag).removeprefix("Bound")
        wanted = PATHS.get(entry.get("type", "")) if tag == "Path" else OTHERS.get(tag)
        if wanted is None and tag != "Path":
            yield at("unknown-entry-tag", entry, f"Unknown entry tag '{tag}':", separator=" ")
        if wanted is None:
            return
        yield from self._attributes(entry, tag, _extended(entry, tag, wanted))
        yield from self._text(entry, tag)
        if tag == "Path":
            yield from self._acls(entry)

    def _attributes(self, entry: Element, tag: str, wanted: Mapping[str, Test]) -> Iterator[Remark]:
        where = f"{tag} {entry.get('name')} in {entry.base}"
        missing = sorted(name for name in wanted if entry.get(name) is None)
        if missing:
            names = ", ".join(missing)
            text = f"The following required attribute(s) are missing for {where}: {names}"
            yield at("required-attrs-missing", entry, text)
        for name, test in wanted.items():
            value = entry.get(name)
            if value is not None and not test(value):
                text = f"The {name} attribute of {where} is malformed"
                yield at("required-attr-format", entry, text)

    def _text(self, entry: Element, tag: str) -> Iterator[Remark]:
        kind = entry.get("type") if tag == "Path" else None
        is_empty = entry.get("empty", "").lower() == "true"
        if (tag, kind) in TEXTS and not is_empty and not (entry.text or "").strip():
            text = f"Text missing for {tag} {entry.get('name')} in {entry.base}:"
            yield at("required-attrs-missing", entry, text, separator=" ")

    def _acls(self, entry: Element) -> Iterator[Remark]:
        defaults = set()
        for acl in entry.iter("ACL"):
            yield from self._attributes(acl, "ACL", ACL)
            if acl.get("type") == "default":
                scope = acl.get("scope", "")
                defaults.add((scope, acl.get(scope, "") if scope != "other" else ""))
        if defaults and not defaults >= SCOPES:
            text = (
                f"A Path must have either no default ACLs, or at least those of user::, group:: "
                f"and other:: in {entry.base}:"
            )
            yield at("missing-elements", entry, text)


def _extended(entry: Element, tag: str, wanted: Mapping[str, Test]) -> Mapping[str, Test]:
    """Return what is wanted, with what depends on the entry's other attributes."""
    if tag == "Path":
        wanted = {"name": _any, **wanted}
        if entry.get("type") == "device" and entry.get("dev_type") in NUMBERED:
            wanted = {**wanted, "major": _any, "minor": _any}
    if tag == "Service" and entry.get("type") == "smf":
        wanted = {**wanted, "FMRI": _any}
    return wanted
