"""The XML files of the other plugins, most of which have one."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bcfg2tw.engine.checks.access_rules import check_rules
from bcfg2tw.engine.checks.patterns import check_patterns
from bcfg2tw.engine.checks.sources_file import URL, check_sources
from bcfg2tw.engine.checks.vocabulary import (
    BOOLEAN,
    CONDITIONS,
    EXACT_BOOLEAN,
    MODE,
    NAME,
    NO_ELEMENT_LESS,
    REGEX,
    ElementRule,
    FileKind,
    Values,
    words,
)
from bcfg2tw.engine.xmlio import Element, line_of

ABSOLUTE = Values(re.compile("/.*"), "an absolute path", "path")

LEAF = ElementRule()
PASSED_OVER = ElementRule(children=None)

GROUP_PATTERNS = FileKind(
    ("GroupPatterns",), ("config.xml",), ("GroupPatterns",),
    {
        "GroupPatterns": ElementRule(words("GroupPattern GroupPatterns")),
        "GroupPattern": ElementRule(words("NamePattern NameRange Group")),
        "Group": LEAF, "NamePattern": LEAF, "NameRange": LEAF,
    },
    whole=check_patterns,
    refused=NO_ELEMENT_LESS,
)  # fmt: skip

_METHOD = ElementRule(attributes=words("method"), required=(("method",),))
_ADDRESS = ElementRule(attributes=words("method address netmask"), required=(("method",),))
ACL_ADDRESSES = FileKind(
    ("ACL",), ("ip.xml",), ("ACL",),
    {
        "ACL": ElementRule(words("Allow Deny Defer ACL")),
        "Allow": _ADDRESS, "Deny": _ADDRESS, "Defer": _ADDRESS,
    },
    whole=check_rules,
    refused=NO_ELEMENT_LESS,
)  # fmt: skip
ACL_METADATA = FileKind(
    ("ACL",), ("metadata.xml",), ("ACL",),
    {"ACL": ElementRule(words("Allow Deny ACL")), "Allow": _METHOD, "Deny": _METHOD},
    CONDITIONS,
    whole=check_rules,
    refused=NO_ELEMENT_LESS,
)  # fmt: skip

DECISIONS = FileKind(
    ("Decisions",), ("whitelist.xml", "blacklist.xml"), ("Decisions",),
    {
        "Decisions": ElementRule(words("Decision Decisions")),
        "Decision": ElementRule(
            attributes=words("type name"), required=(("type",), ("name",))
        ),
    },
    CONDITIONS,
    refused=NO_ELEMENT_LESS,
)  # fmt: skip

_TYPES = Values(re.compile("yum|apt|pac|pkgng", re.IGNORECASE), "yum, apt, pac or pkgng", "type")
SOURCES = FileKind(
    ("Packages",), ("sources.xml",), ("Sources",),
    {
        "Sources": ElementRule(words("Source Sources")),
        "Source": ElementRule(
            words(
                "Component Arch GPGKey Blacklist Whitelist Options Group Client Debsrc"
            ),
            attributes=words(
                "type url rawurl version name recommended essential debsrc pulp_id"
            ),
            required=(("type",), ("url", "rawurl", "pulp_id")),
            values={
                "type": _TYPES, "recommended": BOOLEAN, "essential": BOOLEAN,
                "debsrc": EXACT_BOOLEAN, "url": URL, "rawurl": URL,
            },
        ),
        "Options": PASSED_OVER,
    },
    CONDITIONS,
    whole=check_sources,
)  # fmt: skip

FILE_PROBES = FileKind(
    ("FileProbes",), ("config.xml",), ("FileProbes",),
    {
        "FileProbes": ElementRule(words("FileProbe")),
        "FileProbe": ElementRule(
            attributes=words("name update encoding owner group mode"), required=NAME,
            values={"update": BOOLEAN, "name": ABSOLUTE, "mode": MODE},
        ),
    },
    CONDITIONS,
    refused=NO_ELEMENT_LESS,
)  # fmt: skip
AWS_TAGS = FileKind(
    ("AWSTags",), ("config.xml",), ("AWSTags",),
    {
        "AWSTags": ElementRule(words("Tag AWSTags")),
        "Tag": ElementRule(
            words("Group"), attributes=words("name value"), required=NAME,
            values={"name": REGEX, "value": REGEX},
        ),
        "Group": LEAF,
    },
    refused=NO_ELEMENT_LESS,
)  # fmt: skip
NAGIOS = FileKind(
    ("NagiosGen",), ("config.xml",), ("NagiosGen",),
    {
        "NagiosGen": ElementRule(words("Option NagiosGen")),
        "Option": ElementRule(attributes=words("name encrypted"), required=NAME),
    },
    CONDITIONS,
)  # fmt: skip


def check_old_spelling(root: Element) -> Iterator[tuple[str, str, int | None, str]]:
    """Yield the attribute that Bcfg2 1.3 has for lax decryption; it is not read any more."""
    if root.get("decrypt") in ("lax", "strict"):
        lax = str(root.get("decrypt") == "lax").lower()
        message = (
            f"decrypt of <{root.tag}> is Bcfg2 1.3's name, and is not read: write "
            f'lax_decryption="{lax}"'
        )
        yield "old-spelling", "warning", line_of(root), message


GROUP_LOGIC = FileKind(
    ("GroupLogic",), ("groups.xml",), ("GroupLogic",),
    {
        tag: ElementRule(
            words("Group Client GroupLogic"), attributes=words("name negate category"),
            required=() if tag == "GroupLogic" else NAME, values={"negate": BOOLEAN},
        )
        for tag in ("GroupLogic", "Group", "Client")
    },
    refused=frozenset({"misspelt-element"}),  # any root will do
)  # fmt: skip
PROPERTIES = FileKind(("Properties",), ("*.xml",), (), {}, whole=check_old_spelling)
