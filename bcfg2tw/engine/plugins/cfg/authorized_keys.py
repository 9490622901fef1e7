"""authorizedkeys.xml: who may log in, by keys of other paths and clients (:ref:`cfg-9.3`)."""

from __future__ import annotations

import logging
from collections.abc import Iterator

from bcfg2tw.engine.documents.content import Content
from bcfg2tw.engine.documents.structfile import StructFile
from bcfg2tw.engine.model.client_metadata import ClientMetadata
from bcfg2tw.engine.plugin.interfaces import Generator
from bcfg2tw.engine.plugins.cfg.interfaces import ContentGenerator
from bcfg2tw.engine.plugins.cfg.other_paths import bind_path, bytes_of
from bcfg2tw.engine.xmlio import Element, elements_of
from bcfg2tw.errors import Bcfg2Error

logger = logging.getLogger("bcfg2-server")

#: The name of a client that stands for a group.
NOBODY = "dummy"


class AuthorizedKeys(StructFile, ContentGenerator):
    """An `authorizedkeys.xml`; a key that cannot be had is left out, and logged."""

    def content(self, entry: Element, metadata: ClientMetadata) -> Content:
        """Return a line for each `Allow` that applies, in the file's order."""
        lines = (self._line(allow, metadata) for allow in _allowed(self.matched(metadata)))
        return "\n".join(line for line in lines if line)

    def _line(self, allow: Element, metadata: ClientMetadata) -> str:
        path = allow.get("from")
        key = (allow.text or "").strip() if path is None else self._key(path, allow, metadata)
        if path is None and not key:
            logger.warning(
                "Cfg: %s: an Allow for %s has neither text nor `from`; it is passed over",
                self.path, metadata.hostname,
            )  # fmt: skip
        return f"{_options(allow)} {key}".strip() if key else ""

    def _key(self, path: str, allow: Element, metadata: ClientMetadata) -> str:
        """Return the key that a path holds for the client that is meant; empty if there is none."""
        try:
            client = self._client(allow, metadata)
            if client is None:
                return ""
            key = bytes_of(bind_path(path, client)).decode("utf-8")
        except (Bcfg2Error, ValueError) as error:  # the other keys can be used all the same
            level = logging.INFO if _is_listed(path, metadata) else logging.ERROR
            logger.log(level, "Cfg: %s: the key in %s cannot be used: %s", self.path, path, error)
            return ""
        if not key.strip():
            logger.warning("Cfg: %s: %s is empty for %s", self.path, path, client.hostname)
        return key.strip()

    def _client(self, allow: Element, metadata: ClientMetadata) -> ClientMetadata | None:
        """Return the client whose key is meant; None if it has no group in the category."""
        host, group = allow.get("host"), allow.get("group")
        if host is not None:
            return _metadata_of(host, metadata)
        if group is not None:
            return _member_of(group, metadata)
        category = allow.get("category") or self._settings.sshkeys_category
        if not category:
            return metadata
        if not metadata.group_in_category(category):
            logger.warning(
                "Cfg: %s: %s has no group in category %s", self.path, metadata.hostname, category
            )
            return None
        return metadata


def _allowed(root: Element) -> Iterator[Element]:
    """Yield what stands in a document and in those included; what nobody knows lets nobody in."""
    for element in elements_of(root):
        if element.tag == "Allow":
            yield element
        elif element.tag == root.tag:
            yield from _allowed(element)


def _is_listed(path: str, metadata: ClientMetadata) -> bool:
    """Say whether there is such a path for anybody; if not, its name is a mistake."""
    generators = metadata.snapshot.plugins_by_type(Generator)
    return any(path in generator.Entries.get("Path", ()) for generator in generators)


def _options(allow: Element) -> str:
    """Return sshd's options, as they are written: quotes are part of the value."""
    options = ((option.get("name"), option.get("value")) for option in allow.findall("Option"))
    return ",".join(name if value is None else f"{name}={value}" for name, value in options if name)


def _metadata_of(host: str, metadata: ClientMetadata) -> ClientMetadata:
    key = (AuthorizedKeys, host)
    client: ClientMetadata | None = metadata.scratch.get(key)
    if client is None:
        client = metadata.scratch[key] = metadata.query.by_name(host).for_build()
    return client


def _member_of(group: str, metadata: ClientMetadata) -> ClientMetadata:
    """Return a client that there is not, and that is in one group only."""
    client = ClientMetadata(NOBODY, group, {group})
    client.snapshot, client.query = metadata.snapshot, metadata.query
    client.build = metadata.build
    return client
