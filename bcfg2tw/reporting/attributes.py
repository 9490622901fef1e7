"""The attributes of an entry that are kept, by its type (:ref:`reporting-13.1`)."""

from __future__ import annotations

from collections.abc import Mapping

from bcfg2tw.engine.xmlio import Element, is_element

Values = dict[str, str]

CURRENT = "current_"
#: Kinds of paths that lead to another one, and are expected to.
LINKS = frozenset({"symlink", "hardlink"})
#: Contents of files: never kept where an entry is sensitive.
CONTENTS = frozenset({"current_bfile", "current_bdiff", "current_diff"})

#: Attributes that are expected as NAME and found as current_NAME, by type.
_PAIRS: Mapping[str, tuple[str, ...]] = {
    "Package": ("version",),
    "Service": ("status", "bootstatus"),
    "POSIXUser": ("uid", "group", "gecos", "home", "shell"),
    "POSIXGroup": ("gid",),
    "SEBoolean": ("value",),
    "SEPort": ("selinuxtype",),
    "SEInterface": ("selinuxtype",),
    "SEFcontext": ("selinuxtype", "filetype"),
    "SENode": ("selinuxtype", "proto"),
    "SELogin": ("selinuxuser",),
    "SEUser": ("roles", "prefix"),
    "SEModule": ("disabled",),
    "SEPermissive": (),
}
_PATH = ("owner", "group", "secontext", "dev_type", "major", "minor")


def values_of(element: Element) -> tuple[Values, Values]:
    """Return what was expected and what was found of an entry; text in it is never looked at."""
    kind = str(element.tag)
    if kind == "Path":
        return _of_path(element)
    if kind == "Action":
        return _present(element, {"status": "status"}), _present(element, {"rc": "rc"})
    if kind not in _PAIRS:
        return _of_unknown(element)
    expected, found = _pairs(element, _PAIRS[kind])
    if kind == "Package" and "version" not in found:
        found.update(_instances(element))
    return expected, found


def _present(element: Element, names: Mapping[str, str]) -> Values:
    """Return attributes that are there and not empty, by the name that they are kept under."""
    return {kept: str(value) for kept, name in names.items() if (value := element.get(name))}


def _pairs(element: Element, names: tuple[str, ...]) -> tuple[Values, Values]:
    return (
        _present(element, {name: name for name in names}),
        _present(element, {name: CURRENT + name for name in names}),
    )


def _of_path(element: Element) -> tuple[Values, Values]:
    expected, found = _pairs(element, _PATH)
    expected.update(_mode(element, ""))
    found.update(_mode(element, CURRENT))
    kind = element.get("type", "").lower()
    if kind:
        expected["type"] = kind
    if kind in LINKS:
        expected.update(_present(element, {"to": "to"}))
    found.update(_present(element, {"to": CURRENT + "to"}))
    return expected, found


def _mode(element: Element, prefix: str) -> Values:
    """Return the mode, which old clients call perms."""
    mode = element.get(f"{prefix}mode") or element.get(f"{prefix}perms")
    return {"mode": mode} if mode else {}


def _instances(element: Element) -> Values:
    """Return the version that is installed, as the instances of an extra package tell it."""
    versions = [
        "-".join(filter(None, (child.get("version"), child.get("release"))))
        + "".join(f".{arch}" for arch in filter(None, [child.get("arch")]))
        for child in element
        if is_element(child) and child.tag == "Instance"
    ]
    version = ", ".join(filter(None, versions))
    return {"version": version} if version else {}


def _of_unknown(element: Element) -> tuple[Values, Values]:
    expected, found = {}, {}
    is_sensitive = element.get("sensitive", "").lower() == "true"
    for key, text in element.attrib.items():
        name, value = str(key), str(text)
        if not value or name in ("name", "qtext", f"{CURRENT}exists"):
            continue
        if is_sensitive and name in CONTENTS:
            continue
        if name.startswith(CURRENT):
            found[name.removeprefix(CURRENT)] = value
        else:
            expected[name] = value
    return expected, found
