"""The configuration of a client's package manager, made from its sources (:ref:`packages-9`)."""

from __future__ import annotations

import logging
from collections.abc import Container, Iterator

from bcfg2tw.engine.plugins.packages.sources.client_sources import ClientSources
from bcfg2tw.engine.plugins.packages.sources.package_source import PackageSource
from bcfg2tw.engine.plugins.packages.sources.repositories import PackageRepository, repositories_of

logger = logging.getLogger("Packages")

HEADER = "# This config was generated automatically by the Bcfg2 Packages plugin\n\n"


def config_text(client_sources: ClientSources, hostname: str) -> str:
    """Return the configuration for a client; empty, and told in the log, where there is none."""
    if client_sources.type == "apt":
        return HEADER + apt_config(client_sources)
    if client_sources.type == "yum":
        return HEADER + yum_config(client_sources)
    logger.error(
        "Packages: Cannot generate config for host %s with no sources or multiple source types",
        hostname,
    )
    return ""


def apt_config(client_sources: ClientSources) -> str:
    """Return the lines of a sources.list, a paragraph a source."""
    return "\n".join(_paragraph(source) for source in client_sources.sources)


def _paragraph(source: PackageSource) -> str:
    if source.rawurl:
        folder, _, last = source.rawurl.rstrip("/").rpartition("/")
        return f"deb {folder} {last}/\n"
    place = " ".join([source.url, source.version, *source.components])
    return f"deb {place}\n" + (f"deb-src {place}\n" if source.debsrc else "")


def yum_config(client_sources: ClientSources) -> str:
    """Return the sections of a yum configuration, one for each repository of the client."""
    sections: dict[str, str] = {}
    for source in client_sources.sources:
        for repository in repositories_of(source):
            if repository.arch in client_sources.architectures:
                name = free_name(repository.name, sections)
                sections[name] = _section(name, source, repository)
    return "".join(sections.values())


def free_name(name: str, taken: Container[str]) -> str:
    """Return a name that nothing else has yet: a number is put behind it if need be."""
    number, candidate = 1, name
    while candidate in taken:
        number += 1
        candidate = f"{name}-{number}"
    return candidate


def _section(name: str, source: PackageSource, repository: PackageRepository) -> str:
    lines = [f"{key} = {value}\n" for key, value in _settings(name, source, repository)]
    return f"[{name}]\n{''.join(lines)}\n"


def _settings(
    name: str, source: PackageSource, repository: PackageRepository
) -> Iterator[tuple[str, str]]:
    yield "name", name
    yield "baseurl", repository.url
    yield "enabled", "1"
    yield "gpgcheck", "1" if source.gpgkeys else "0"
    if source.gpgkeys:
        yield "gpgkey", " ".join(source.gpgkeys)
    if source.blacklist:
        yield "exclude", " ".join(source.blacklist)
    if source.whitelist:
        yield "includepkgs", " ".join(source.whitelist)
    yield from source.options
