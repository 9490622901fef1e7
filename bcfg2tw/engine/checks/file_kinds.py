"""Each kind of XML file of the repository, described: which elements, attributes and values."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bcfg2tw.engine.checks.entries import TAGS, bound, entry_rules
from bcfg2tw.engine.checks.metadata_files import check_clients, check_groups
from bcfg2tw.engine.checks.vocabulary import (
    BOOLEAN,
    CONDITION,
    CONDITIONS,
    EXACT_BOOLEAN,
    MODE,
    NUMBER,
    ElementRule,
    FileKind,
    Values,
    one_of,
    words,
)
from bcfg2tw.engine.xmlio import Element, line_of

NAME = (("name",),)
LEAF = ElementRule()
PASSED_OVER = ElementRule(children=None)

GROUPS = FileKind(
    ("Metadata",), ("groups.xml",), ("Groups",),
    {
        "Groups": ElementRule(words("Groups Group Client"), attributes=words("version")),
        "Group": ElementRule(
            words("Group Client Bundle"),
            attributes=words("name profile public default category negate comment toolset"),
            required=NAME,
            values={
                "profile": EXACT_BOOLEAN, "public": EXACT_BOOLEAN, "default": EXACT_BOOLEAN,
                "negate": BOOLEAN,
            },
        ),
        "Client": ElementRule(
            words("Group Client"), attributes=words("name negate"), required=NAME,
            values={"negate": BOOLEAN},
        ),
        "Bundle": ElementRule(attributes=words("name"), required=NAME),
    },
    whole=check_groups,
)  # fmt: skip

CLIENTS = FileKind(
    ("Metadata",), ("clients.xml",), ("Clients",),
    {
        "Clients": ElementRule(words("Clients Client"), attributes=words("version")),
        "Client": ElementRule(
            words("Alias"),
            attributes=words(
                "name profile address uuid password secure floating location auth version pingable "
                "pingtime"
            ),
            required=(("name",), ("profile",)),
            values={
                "secure": BOOLEAN, "floating": BOOLEAN, "location": one_of("fixed", "floating"),
                "auth": one_of("cert", "cert+password", "bootstrap"),
            },
        ),
        "Alias": ElementRule(attributes=words("name address"), required=NAME),
    },
    whole=check_clients,
)  # fmt: skip

_BUNDLE_ENTRIES = entry_rules({"Path": ("name", "glob"), "Package": ("name", "group")})
_BUNDLED = {**_BUNDLE_ENTRIES, **bound(_BUNDLE_ENTRIES)}
BUNDLES = FileKind(
    ("Bundler",), ("*.xml", "*.genshi"), ("Bundle",),
    {
        **_BUNDLED,
        "Bundle": ElementRule(
            words("RequiredBundle Bundle") | frozenset(_BUNDLED), is_open=True,
            attributes=words("independent lax_decryption name description version origin revision"),
            values={"independent": BOOLEAN},
        ),
        "RequiredBundle": ElementRule(
            attributes=words("name inherit_modification"), required=NAME,
            values={"inherit_modification": EXACT_BOOLEAN},
        ),
    },
    CONDITIONS,
)  # fmt: skip

_PRIORITY = words("priority lax_decryption")
RULES = FileKind(
    ("Rules",), ("*.xml",), ("Rules",),
    {**entry_rules({}), "Rules": ElementRule(TAGS, is_open=True, attributes=_PRIORITY)},
    CONDITIONS,
)  # fmt: skip
DEFAULTS = FileKind(
    ("Defaults",), ("*.xml",), ("Defaults",),
    {**entry_rules({}), "Defaults": ElementRule(TAGS, is_open=True, attributes=_PRIORITY)},
    CONDITIONS,
)  # fmt: skip
DEPS = FileKind(
    ("Deps",), ("*.xml",), ("Dependencies",),
    {
        **entry_rules({}, nested=True),
        "Dependencies": ElementRule(TAGS, is_open=True, attributes=_PRIORITY),
    },
    CONDITIONS,
)  # fmt: skip
_INHERITED = words("name negate uri type priority multiarch srcs")
PKGMGR = FileKind(
    ("Pkgmgr",), ("*.xml",), ("PackageList",),
    {
        **entry_rules({"Package": ("name", "file", "simplefile")}),
        "PackageList": ElementRule(TAGS, is_open=True, attributes=_PRIORITY | _INHERITED),
    },
    {tag: ElementRule(attributes=_INHERITED, required=NAME) for tag in CONDITIONS},
)  # fmt: skip

INFO = FileKind(
    ("Cfg", "SSHbase", "SEModules", "TGenshi", "TCheetah", "SSLCA"),
    ("info.xml", "*/info.xml"), ("FileInfo",),
    {
        "FileInfo": ElementRule(words("Info FileInfo")),
        "Info": ElementRule(
            words("ACL"),
            attributes=words(
                "owner group mode perms secontext important paranoid sensitive encoding"
            ),
            values={
                "mode": MODE, "important": BOOLEAN, "paranoid": BOOLEAN, "sensitive": BOOLEAN
            },
        ),
        "ACL": ElementRule(
            attributes=words("type scope user group perms"),
            values={
                "type": one_of("access", "default"), "scope": one_of("user", "group", "other")
            },
        ),
    },
    {**CONDITIONS, "Path": CONDITION},
)  # fmt: skip

_CREATED = words("perhost category priority lax_decryption decrypt")
_CREATED_VALUES = {"perhost": BOOLEAN, "priority": NUMBER}
PRIVATE_KEY = FileKind(
    ("Cfg",), ("*/privkey.xml",), ("PrivateKey",),
    {
        "PrivateKey": ElementRule(
            words("Params Passphrase"), attributes=_CREATED, values=_CREATED_VALUES
        ),
        "Params": ElementRule(attributes=words("type bits"), values={"bits": NUMBER}),
        "Passphrase": ElementRule(attributes=words("encrypted")),
    },
    CONDITIONS,
)  # fmt: skip
PUBLIC_KEY = FileKind(
    ("Cfg",), ("*/pubkey.xml",), ("PublicKey",), {"PublicKey": ElementRule(attributes=_CREATED)}
)
SSL_KEY = FileKind(
    ("Cfg", "SSLCA"), ("*/sslkey.xml", "*/key.xml"), ("KeyInfo",),
    {
        "KeyInfo": ElementRule(words("Key"), attributes=_CREATED, values=_CREATED_VALUES),
        "Key": ElementRule(attributes=words("type bits"), values={"bits": NUMBER}),
    },
    CONDITIONS,
)  # fmt: skip
SSL_CERTIFICATE = FileKind(
    ("Cfg", "SSLCA"), ("*/sslcert.xml", "*/cert.xml"), ("CertInfo",),
    {
        "CertInfo": ElementRule(
            words("Cert subjectAltName SubjectAltName"), attributes=_CREATED,
            values=_CREATED_VALUES,
        ),
        "Cert": ElementRule(
            attributes=words(
                "key ca days append_chain C L ST O OU emailAddress c l st o ou emailaddress format"
            ),
            required=(("key",),),
            values={"days": NUMBER},
        ),
    },
    CONDITIONS,
)  # fmt: skip
AUTHORIZED_KEYS = FileKind(
    ("Cfg",), ("*/authorizedkeys.xml", "*/authorized_keys.xml"), ("AuthorizedKeys",),
    {
        "AuthorizedKeys": ElementRule(
            words("Allow"), attributes=words("lax_decryption decrypt perhost category")
        ),
        "Allow": ElementRule(
            words("Option Params"), attributes=words("from host group category encrypted")
        ),
        "Option": ElementRule(attributes=words("name value"), required=NAME),
    },
    CONDITIONS,
)  # fmt: skip

GROUP_PATTERNS = FileKind(
    ("GroupPatterns",), ("config.xml",), ("GroupPatterns",),
    {
        "GroupPatterns": ElementRule(words("GroupPattern GroupPatterns")),
        "GroupPattern": ElementRule(words("NamePattern NameRange Group")),
        "Group": LEAF, "NamePattern": LEAF, "NameRange": LEAF,
    },
)  # fmt: skip

_METHOD = ElementRule(attributes=words("method"), required=(("method",),))
_ADDRESS = ElementRule(attributes=words("method address netmask"), required=(("method",),))
ACL_ADDRESSES = FileKind(
    ("ACL",), ("ip.xml",), ("ACL",),
    {
        "ACL": ElementRule(words("Allow Deny Defer ACL")),
        "Allow": _ADDRESS, "Deny": _ADDRESS, "Defer": _ADDRESS,
    },
)  # fmt: skip
ACL_METADATA = FileKind(
    ("ACL",), ("metadata.xml",), ("ACL",),
    {"ACL": ElementRule(words("Allow Deny ACL")), "Allow": _METHOD, "Deny": _METHOD},
    CONDITIONS,
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
                "debsrc": EXACT_BOOLEAN,
            },
        ),
        "Options": PASSED_OVER,
    },
    CONDITIONS,
)  # fmt: skip

FILE_PROBES = FileKind(
    ("FileProbes",), ("config.xml",), ("FileProbes",),
    {
        "FileProbes": ElementRule(words("FileProbe")),
        "FileProbe": ElementRule(
            attributes=words("name update encoding owner group mode"), required=NAME,
            values={"update": BOOLEAN},
        ),
    },
    CONDITIONS,
)  # fmt: skip
AWS_TAGS = FileKind(
    ("AWSTags",), ("config.xml",), ("AWSTags",),
    {
        "AWSTags": ElementRule(words("Tag AWSTags")),
        "Tag": ElementRule(words("Group"), attributes=words("name value"), required=NAME),
        "Group": LEAF,
    },
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


PROPERTIES = FileKind(("Properties",), ("*.xml",), (), {}, whole=check_old_spelling)

FILE_KINDS = (
    GROUPS, CLIENTS, BUNDLES, RULES, DEFAULTS, DEPS, PKGMGR, INFO, PRIVATE_KEY, PUBLIC_KEY, SSL_KEY,
    SSL_CERTIFICATE, AUTHORIZED_KEYS, GROUP_PATTERNS, ACL_ADDRESSES, ACL_METADATA, DECISIONS,
    SOURCES, FILE_PROBES, AWS_TAGS, NAGIOS, PROPERTIES,
)  # fmt: skip
