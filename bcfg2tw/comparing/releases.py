"""
Differences between releases of Bcfg2, where this server does as 1.4 does, and of Python.

Each function says of a difference, old server to this one, whether that is why there is one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bcfg2tw.comparing.difference import STRUCTURES, Detail, Difference
from bcfg2tw.engine.repository.xinclude import XML_BASE

__all__ = [
    "failed_by_defect", "is_in_other_folder", "is_worded_anew", "is_written_by_python",
    "lacked_globs", "lacked_included", "lacked_required_bundles", "names_added_bundles",
    "serves_independent", "told_included_file",
]  # fmt: skip

#: What 1.3 says, and what 1.4 says in its place.
_WORDINGS = (
    (r"Found conflicting sources with same priority for", r"with same priority \(-?\d+\) for"),
    (r"Failed to set metadata for file", r"No metadata found in"),
    (r"Failed to verify \S+ for", r"Failed to verify .*(\(rv: -?\d+\)|return value -?\d+)$"),
    (r"No matching source for entry when retrieving attributes", r"^no matching generator$"),
)

#: What Python 2 writes otherwise than Python 3 does.
_UNICODE = re.compile(r"(?<![\w'\"])u(?=['\"])")
_SET = re.compile(r"set\(\[(.*?)\]\)|\{([^{}:]*)\}")
_OS_ERROR = re.compile(r"\b(IOError|OSError|FileNotFoundError|PermissionError|IsADirectoryError)\b")

#: The folder that a repository lies in, before the name of a plugin's folder.
_REPOSITORY = re.compile(r"/[^\s'\":]*?(?=/[A-Z][A-Za-z]+/)")

#: An error that only a mistake of the program makes.
_DEFECT = re.compile(r"object has no attribute '|is not iterable|unsupported operand type")

#: Attributes of bundles that 1.3 keeps to itself.
_OF_BUNDLES = ("independent", "origin", "verify", "version")


def _failures(difference: Difference) -> Iterator[tuple[str, str]]:
    for detail in difference.details:
        if detail.aspect == "failure" and not detail.is_secret:
            yield detail.old or "", detail.new or ""


def is_worded_anew(difference: Difference) -> bool:
    """Say whether the same failure has 1.4's words in place of 1.3's."""
    return any(
        re.search(old, before) and re.search(new, after)
        for before, after in _failures(difference)
        for old, new in _WORDINGS
    )


def is_written_by_python(difference: Difference) -> bool:
    """Say whether two failures are the same, as Python 2 and Python 3 write it."""
    return any(
        before and after and _in_python_3(before) == _in_python_3(after)
        for before, after in _failures(difference)
    )


def _in_python_3(text: str) -> str:
    text = _OS_ERROR.sub("OSError", _UNICODE.sub("", text))
    return _SET.sub(lambda match: _sorted_set(match[1] or match[2] or ""), text)


def _sorted_set(inner: str) -> str:
    return "{" + ", ".join(sorted(inner.split(", "))) + "}"


def is_in_other_folder(difference: Difference) -> bool:
    """Say whether two failures are the same but for the folder that the repository lies in."""
    return any(
        before and after and _REPOSITORY.sub("", before) == _REPOSITORY.sub("", after)
        for before, after in _failures(difference)
    )


def failed_by_defect(difference: Difference) -> bool:
    """Say whether the other server failed where its own program is wrong, and this one does not."""
    return any(_DEFECT.search(old) and not new for old, new in _failures(difference))


def lacked_globs(difference: Difference) -> bool:
    """Say whether a nameless entry is gone that failed: 1.3 takes one with `glob` for that."""
    is_gone = difference.kind == "entry-removed" and difference.tag not in STRUCTURES
    return is_gone and not difference.name and difference.is_failure


def lacked_required_bundles(difference: Difference) -> bool:
    """Say whether a `RequiredBundle` is no entry any more; 1.3 does not know the element."""
    return difference.kind == "entry-removed" and difference.tag == "RequiredBundle"


def lacked_included(difference: Difference) -> bool:
    """
    Say whether an included bundle is no entry any more, or what stood in it is an entry now.

    1.3 serves such a bundle as an entry that fails, and binds nothing of what it has.
    """
    is_part_now = any(detail.aspect == "bundle" for detail in difference.details)
    if difference.kind == "entry-removed":
        return is_part_now
    return difference.kind == "entry-added" and is_part_now and not difference.is_failure


def told_included_file(difference: Difference) -> bool:
    """Say whether an entry differs in nothing but the file that 1.3 says it was included from."""
    return difference.kind == "entry-changed" and all(
        detail.name == XML_BASE and detail.new is None for detail in difference.details
    )


def serves_independent(difference: Difference) -> bool:
    """Say whether a bundle has become independent, or has all the attributes of its file."""
    return (
        difference.kind == "structure-changed"
        and difference.tag in STRUCTURES
        and all(map(_is_of_bundle, difference.details))
    )


def _is_of_bundle(detail: Detail) -> bool:
    if detail.aspect == "kind":
        return (detail.old, detail.new) == ("Bundle", "Independent")
    return detail.aspect == "attribute" and detail.name in _OF_BUNDLES and detail.old is None


def names_added_bundles(difference: Difference) -> bool:
    """Say whether what a plugin adds stands in a bundle with that plugin's name now."""
    if difference.kind == "structure-removed":
        return difference.tag == "Independent" and not difference.name
    if difference.kind == "structure-added":
        return difference.tag == "Independent" and difference.name in _PLUGINS
    if difference.kind == "entry-moved":
        return all(
            detail.aspect == "bundle" and not detail.old and detail.new in _PLUGINS
            for detail in difference.details
        )
    return False


#: Those that add bundles of their own.
_PLUGINS = ("Deps", "Packages")
