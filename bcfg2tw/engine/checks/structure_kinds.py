"""Files of Metadata, and those that say which entries there are and what they are."""

from __future__ import annotations

from dataclasses import replace

from bcfg2tw.engine.checks.clients_file import ADDRESS, CLIENT_NAME, PASSWORD, check_clients
from bcfg2tw.engine.checks.entries import TAGS, bound, entry_rules
from bcfg2tw.engine.checks.metadata_files import check_groups
from bcfg2tw.engine.checks.vocabulary import (
    BOOLEAN,
    CONDITIONS,
    EXACT_BOOLEAN,
    NAME,
    NO_ELEMENT_LESS,
    NUMBER,
    REGEX,
    TRIMMED,
    ElementRule,
    FileKind,
    one_of,
    words,
)

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
                "negate": BOOLEAN, "name": TRIMMED,
            },
        ),
        "Client": ElementRule(
            words("Group Client"), attributes=words("name negate"), required=NAME,
            values={"negate": BOOLEAN, "name": TRIMMED},
        ),
        "Bundle": ElementRule(
            attributes=words("name"), required=NAME, values={"name": TRIMMED}
        ),
    },
    whole=check_groups,
    refused=NO_ELEMENT_LESS,
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
                "auth": one_of("cert", "cert+password", "bootstrap"), "address": ADDRESS,
                "name": CLIENT_NAME, "password": PASSWORD,
            },
        ),
        "Alias": ElementRule(
            attributes=words("name address"), required=NAME,
            values={"name": CLIENT_NAME, "address": ADDRESS},
        ),
    },
    whole=check_clients,
    refused=NO_ELEMENT_LESS,
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


def _weighed(attributes: frozenset[str] = frozenset()) -> ElementRule:
    """
    Return the rule for the root of a file that others may contradict.

    :param attributes: names that it may have beside the usual ones
    """
    return ElementRule(
        TAGS, is_open=True, attributes=words("priority lax_decryption") | attributes,
        values={"priority": NUMBER},
    )  # fmt: skip


_PRIORITY = (("priority",),)
RULES = FileKind(
    ("Rules",), ("*.xml",), ("Rules",), {**entry_rules({}), "Rules": _weighed()}, CONDITIONS,
    required=_PRIORITY,
)  # fmt: skip


def _with_pattern(rule: ElementRule) -> ElementRule:
    """Return the rule for an entry whose name stands for others."""
    return replace(rule, values={**rule.values, "name": REGEX})


DEFAULTS = FileKind(
    ("Defaults",), ("*.xml",), ("Defaults",),
    {
        **{tag: _with_pattern(rule) for tag, rule in entry_rules({}).items()},
        "Defaults": _weighed(),
    },
    CONDITIONS, required=_PRIORITY,
)  # fmt: skip
DEPS = FileKind(
    ("Deps",), ("*.xml",), ("Dependencies",),
    {
        **entry_rules({}, nested=True),
        "Dependencies": _weighed(),
    },
    CONDITIONS, required=_PRIORITY,
)  # fmt: skip
_INHERITED = words("name negate uri type priority multiarch srcs")
PKGMGR = FileKind(
    ("Pkgmgr",), ("*.xml",), ("PackageList",),
    {
        **entry_rules({"Package": ("name", "file", "simplefile")}),
        "PackageList": _weighed(_INHERITED),
    },
    {tag: ElementRule(attributes=_INHERITED, required=NAME) for tag in CONDITIONS},
    required=_PRIORITY,
)  # fmt: skip
