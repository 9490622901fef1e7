"""A source of packages: where it is, what is taken from it, and which clients it is for."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from bcfg2tw.engine.documents.conditions import CONDITIONS, Condition, all_hold
from bcfg2tw.engine.model.client_metadata import ClientMetadata

#: By type of source, the type of the packages that come from it (:ref:`packages-10`).
PACKAGE_TYPES = {"apt": "deb", "yum": "yum", "pac": "pacman", "pkgng": "pkgng"}


@dataclass(frozen=True)
class PackageSource:
    """
    One `Source` of sources.xml.

    :ivar type: `apt`, `yum`, `pac` or `pkgng`
    :ivar url: ends with a slash; empty where there is none
    :ivar rawurl: of one repository, ends with a slash; where it is given, url, version and
        components do not count
    :ivar name: the repository's name, None where the source does not say
    :ivar recommended: whether recommendations of its packages are followed
    :ivar essential: whether packages that it marks as essential are added
    :ivar options: further options for the client's configuration, in order
    :ivar conditions: the groups and clients that it stands in, innermost first
    :ivar place: file and line
    """

    type: str
    url: str = ""
    rawurl: str = ""
    version: str = ""
    name: str | None = None
    components: tuple[str, ...] = ()
    arches: tuple[str, ...] = ()
    recommended: bool = False
    essential: bool = True
    debsrc: bool = False
    blacklist: tuple[str, ...] = ()
    whitelist: tuple[str, ...] = ()
    gpgkeys: tuple[str, ...] = ()
    options: tuple[tuple[str, str], ...] = ()
    conditions: tuple[Condition, ...] = ()
    place: str = field(default="", compare=False)
    key: str = field(init=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "key", self._key())

    def _key(self) -> str:
        """Return a name for what is read from the source: it changes with the files read."""
        read = (self.type, self.version, self.components, self.url, self.rawurl, self.arches)
        return hashlib.sha256(repr(read).encode()).hexdigest()[:32]

    @property
    def package_type(self) -> str:
        """The `type` of package entries that come from it."""
        return PACKAGE_TYPES[self.type]

    @property
    def group(self) -> str | None:
        """The innermost group that it is for, None without one."""
        groups = (
            condition.name
            for condition in self.conditions
            if condition.tag == "Group" and not condition.is_negated
        )
        return next(groups, None)

    def applies(self, metadata: ClientMetadata) -> bool:
        """Say whether a client has one of the architectures and meets all conditions."""
        if metadata.groups.isdisjoint(self.arches):
            return False
        answers = {tag: subject(metadata) for tag, subject in CONDITIONS.items()}
        return all_hold(self.conditions, answers)

    def allows(self, package: str) -> bool:
        """Say whether the source's lists let a package in."""
        if package in self.blacklist:
            return False
        return not self.whitelist or package in self.whitelist
