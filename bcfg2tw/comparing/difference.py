"""One difference between two configurations, as plain values that hold no secret."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

__all__ = ["CLIENT", "KINDS", "STRUCTURES", "Detail", "Difference"]

#: The kinds of differences, those first that are shown first among equals.
KINDS = (
    "build-failed", "build-mended", "build-failure-changed", "client-added", "client-removed",
    "failure-added", "failure-changed", "failure-removed",
    "structure-removed", "structure-added", "structure-changed",
    "entry-removed", "entry-added", "entry-moved", "entry-changed",
)  # fmt: skip

#: Tags that a difference has which is of no entry.
CLIENT = "Client"
STRUCTURES = ("Bundle", "Independent")


@dataclass(frozen=True)
class Detail:
    """
    One aspect in which something differs.

    :ivar aspect: `attribute`, `content`, `children`, `failure`, `bundle` or `kind`
    :ivar name: of the attribute, else empty
    :ivar old: None where there was nothing, for a secret, and where `lines` say it all
    :ivar new: the same for what is now
    :ivar lines: the unified difference of contents, its longest ones cut off
    :ivar omitted_lines: how many were cut off
    :ivar is_secret: whether it must not be shown how they differ
    :ivar identity: equal where the same has changed, whatever stands around it
    """

    aspect: str
    name: str = ""
    old: str | None = None
    new: str | None = None
    lines: tuple[str, ...] = ()
    omitted_lines: int = 0
    is_secret: bool = False
    identity: str = ""

    @property
    def title(self) -> str:
        """The attribute's name, or the aspect."""
        return self.name or self.aspect

    def as_json(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {
            "aspect": self.aspect, "name": self.name, "old": self.old, "new": self.new,
            "diff": list(self.lines), "omitted_lines": self.omitted_lines,
            "secret": self.is_secret,
        }  # fmt: skip

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Detail:
        """Return what `as_json` wrote down."""
        return cls(
            values["aspect"], values["name"], values["old"], values["new"], tuple(values["diff"]),
            values["omitted_lines"], values["secret"],
        )  # fmt: skip


@dataclass(frozen=True)
class Difference:
    """
    What differs of one entry, structure, or client.

    :ivar kind: one of `KINDS`
    :ivar tag: of the entry; `Bundle`, `Independent` or `Client` where it is of none
    :ivar name: empty for an entry without one
    :ivar structure: the bundle that the entry stands in now, or stood in
    """

    kind: str
    tag: str
    name: str
    structure: str = ""
    details: tuple[Detail, ...] = ()

    @property
    def is_failure(self) -> bool:
        """Say whether something fails that did not, or no longer, or in another way."""
        return any(detail.aspect == "failure" for detail in self.details)

    def with_details(self, details: tuple[Detail, ...]) -> Difference:
        """Return the same with other details."""
        return replace(self, details=details)

    def as_json(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {
            "kind": self.kind, "tag": self.tag, "name": self.name, "structure": self.structure,
            "details": [detail.as_json() for detail in self.details],
        }  # fmt: skip

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Difference:
        """Return what `as_json` wrote down."""
        details = tuple(map(Detail.from_json, values["details"]))
        return cls(values["kind"], values["tag"], values["name"], values["structure"], details)
