"""Pkgmgr: packages that are listed twice."""

from __future__ import annotations

from collections.abc import Iterator

from bcfg2tw.cli.lint.check import Check, Kind, Remark
from bcfg2tw.engine.xmlio import Element, line_of

_Key = tuple[str | None, ...]


class Pkgmgr(Check):
    """Looks for the same package, priority, type and conditions in one or several lists."""

    name = "Pkgmgr"
    plugin = "Pkgmgr"
    is_serverless = True
    is_upstream = True
    kinds = {
        "duplicate-packages": Kind(
            "error",
            "A package is listed twice with the same priority, type and groups; one of the two "
            "counts. Leave one.",
        )
    }

    def run(self) -> Iterator[Remark]:
        """Look at all lists; those that take no part are compared with as well."""
        seen: dict[_Key, Element] = {}
        told: set[_Key] = set()
        if not self.repository.files("Pkgmgr", "*.xml"):
            return
        for path in self.repository.every("Pkgmgr", "*.xml"):
            root = self.repository.document(path)
            for package in () if root is None else root.iter("Package"):
                key = _key(package, root)
                first = seen.setdefault(key, package)
                if first is package:
                    continue
                text = f"Duplicate Package {key[0]}, priority:{key[1]}, type:{key[2]}"
                place = f"{first.base}:{line_of(first)}"
                yield Remark(
                    "duplicate-packages", str(package.base), line_of(package),
                    f"{text}; it is at {place} as well", "" if key in told else text,
                )  # fmt: skip
                told.add(key)


def _key(package: Element, root: Element | None) -> _Key:
    """Return what tells packages apart."""
    name = package.get("name") or package.get("file") or package.get("simplefile")
    above = list(package.iterancestors())
    priority = next((one.get("priority") for one in above if one.get("priority")), None)
    own = next((one.get("type") for one in (package, *above) if one.get("type")), None)
    conditions = sorted(
        f"{one.tag}:{one.get('name')}:{one.get('negate', '').lower() == 'true'}"
        for one in above
        if one.tag in ("Group", "Client")
    )
    return name, priority, own, *conditions
