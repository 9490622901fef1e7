"""The schemas that there are, by the names that Bcfg2's have."""

from __future__ import annotations

from dataclasses import dataclass

from bcfg2tw.engine.checks import path_kinds, plugin_kinds, structure_kinds
from bcfg2tw.engine.checks.vocabulary import FileKind

__all__ = ["SCHEMAS", "SchemaFile"]


@dataclass(frozen=True)
class SchemaFile:
    """
    The schema of one kind of file.

    :ivar name: without extension
    """

    name: str
    kind: FileKind

    @property
    def xsd(self) -> str:
        """The name of Bcfg2's own schema for such files."""
        return f"{self.name}.xsd"


SCHEMAS = tuple(
    SchemaFile(name, kind)
    for name, kind in {
        "metadata": structure_kinds.GROUPS,
        "clients": structure_kinds.CLIENTS,
        "bundle": structure_kinds.BUNDLES,
        "rules": structure_kinds.RULES,
        "defaults": structure_kinds.DEFAULTS,
        "deps": structure_kinds.DEPS,
        "pkglist": structure_kinds.PKGMGR,
        "info": path_kinds.INFO,
        "privkey": path_kinds.PRIVATE_KEY,
        "pubkey": path_kinds.PUBLIC_KEY,
        "authorizedkeys": path_kinds.AUTHORIZED_KEYS,
        "sslca-key": path_kinds.SSL_KEY,
        "sslca-cert": path_kinds.SSL_CERTIFICATE,
        "decisions": plugin_kinds.DECISIONS,
        "packages": plugin_kinds.SOURCES,
        "grouppatterns": plugin_kinds.GROUP_PATTERNS,
        "acl-ip": plugin_kinds.ACL_ADDRESSES,
        "acl-metadata": plugin_kinds.ACL_METADATA,
        "awstags": plugin_kinds.AWS_TAGS,
        "nagiosgen": plugin_kinds.NAGIOS,
        "fileprobes": plugin_kinds.FILE_PROBES,
        "grouplogic": plugin_kinds.GROUP_LOGIC,
    }.items()
)
