"""Each kind of XML file of the repository, described: which elements, attributes and values."""

from __future__ import annotations

from functools import cache

from bcfg2tw.engine.checks.path_kinds import (
    AUTHORIZED_KEYS,
    INFO,
    INFO_LINES,
    PRIVATE_KEY,
    PUBLIC_KEY,
    SSL_CERTIFICATE,
    SSL_KEY,
)
from bcfg2tw.engine.checks.plugin_kinds import (
    ACL_ADDRESSES,
    ACL_METADATA,
    AWS_TAGS,
    DECISIONS,
    FILE_PROBES,
    GROUP_LOGIC,
    GROUP_PATTERNS,
    NAGIOS,
    PROPERTIES,
    SOURCES,
)
from bcfg2tw.engine.checks.scripts_and_keys import PROBES, PUBLIC_KEYS
from bcfg2tw.engine.checks.structure_kinds import (
    BUNDLES,
    CLIENTS,
    DEFAULTS,
    DEPS,
    GROUPS,
    PKGMGR,
    RULES,
)
from bcfg2tw.engine.checks.vocabulary import FileKind

FILE_KINDS = (
    GROUPS, CLIENTS, BUNDLES, RULES, DEFAULTS, DEPS, PKGMGR, INFO, INFO_LINES, PRIVATE_KEY,
    PUBLIC_KEY, SSL_KEY, SSL_CERTIFICATE, AUTHORIZED_KEYS, GROUP_PATTERNS, ACL_ADDRESSES,
    ACL_METADATA, DECISIONS, SOURCES, PROBES, PUBLIC_KEYS, FILE_PROBES,
    AWS_TAGS, NAGIOS, GROUP_LOGIC, PROPERTIES,
)  # fmt: skip


@cache
def kinds_of_plugin(plugin: str) -> tuple[FileKind, ...]:
    """Return the kinds of the files in a plugin's folder."""
    return tuple(kind for kind in FILE_KINDS if plugin in kind.plugins)
