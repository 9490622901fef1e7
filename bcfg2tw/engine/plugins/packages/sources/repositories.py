"""The repositories of a source: their addresses and names (:ref:`packages-2.3`)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from bcfg2tw.engine.plugins.packages.sources.package_source import PackageSource

#: Parts of a URL that name a repository better than its last component does.
PULP = re.compile(r"/pulp/repos/(?P<name>.+?)/?$")
RPMS = re.compile(r"/RPMS\.(?P<name>[^/]+)")


@dataclass(frozen=True)
class PackageRepository:
    """
    One place that packages are fetched from, as templates see it.

    :ivar component: None where the source gives the whole address
    :ivar baseurl: the source's `url`, empty where it gives the whole address
    """

    version: str
    component: str | None
    arch: str
    debsrc: bool
    baseurl: str
    url: str
    name: str

    def mapping(self) -> dict[str, str | bool | None]:
        """Return a copy that templates may do with as they like."""
        return dict(self.__dict__)


def repositories_of(source: PackageSource) -> tuple[PackageRepository, ...]:
    """Return the repositories of a source, by architecture and then by component."""
    return tuple(
        PackageRepository(
            version=source.version,
            component=component,
            arch=arch,
            debsrc=source.debsrc,
            baseurl=source.url,
            url=url,
            name=_name(source, component, url),
        )
        for arch in source.arches
        for component, url in _addresses(source, arch)
    )


def _addresses(source: PackageSource, arch: str) -> Iterator[tuple[str | None, str]]:
    if source.rawurl:
        yield None, source.rawurl
        return
    for component in source.components:
        yield component, f"{source.url}{source.version}/{component}/{arch}/"


def _name(source: PackageSource, component: str | None, url: str) -> str:
    if source.name is not None:
        return source.name
    return re.sub(r"[^\w.:-]", "-", component or _name_by_url(url, source.group), flags=re.ASCII)


def _name_by_url(url: str, group: str | None) -> str:
    name = _last_part(url)
    if name and group:
        return f"{group}-{name}"
    return name or group or url


def _last_part(url: str) -> str:
    for pattern in (PULP, RPMS):
        match = pattern.search(url)
        if match:
            return match["name"]
    return urlsplit(url).path.rstrip("/").rpartition("/")[2]
