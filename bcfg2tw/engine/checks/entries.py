"""Attributes of entries in bundles, rules, defaults and dependencies (:ref:`structures-13`)."""

from __future__ import annotations

from collections.abc import Mapping

from bcfg2tw.engine.checks.vocabulary import BOOLEAN, MODE, ElementRule, Values, one_of, words

_ANY = "name important altsrc encrypted description comment lax_decryption"

_ATTRIBUTES: Mapping[str, str] = {
    "Path": "type glob owner group mode perms secontext sensitive paranoid mtime encoding empty to "
    "prune recursive dev_type major minor lens vcstype sourceurl revision",
    "Package": "group type version release arch epoch verify pkg_checks pkg_verify verify_flags "
    "install_missing fix_version reinstall_broken url uri file simplefile multiarch srcs bname "
    "origin recommended choose priority",
    "Service": "type status bootstatus restart install target FMRI sequence parameters mode",
    "Action": "timing when command status shell build",
    "POSIXUser": "uid group gecos home shell",
    "POSIXGroup": "gid",
    "SEBoolean": "value", "SEPort": "selinuxtype mlsrange",
    "SEFcontext": "selinuxtype filetype mlsrange", "SENode": "selinuxtype proto mlsrange",
    "SELogin": "selinuxuser mlsrange", "SEUser": "roles prefix mlsrange",
    "SEInterface": "selinuxtype mlsrange", "SEPermissive": "", "SEModule": "disabled encoding",
}  # fmt: skip

_CHILDREN: Mapping[str, str] = {
    "Path": "ACL Initial Remove Move Set Clear SetMulti Insert",
    "Package": "Instance",
    "POSIXUser": "MemberOf",
}

_VALUES: Mapping[str, Mapping[str, Values]] = {
    "Path": {"mode": MODE, "sensitive": BOOLEAN, "paranoid": BOOLEAN, "important": BOOLEAN},
    "Service": {
        "status": one_of("on", "off", "ignore"),
        "bootstatus": one_of("on", "off", "ignore"),
        "restart": one_of("true", "false", "interactive", any_case=True),
        "install": BOOLEAN,
    },
    "Action": {
        "timing": one_of("pre", "post", "both"),
        "when": one_of("modified", "always"),
        "status": one_of("check", "ignore"),
    },
}

TAGS = frozenset(_ATTRIBUTES)


def entry_rules(
    required: Mapping[str, tuple[str, ...]], nested: bool = False
) -> dict[str, ElementRule]:
    """
    Return a rule for each tag of an entry.

    :param required: by tag, the attributes of which one has to be there; `name` for others
    :param nested: whether entries stand in entries
    """
    return {
        tag: ElementRule(
            children=words(_CHILDREN.get(tag, "")) | (TAGS if nested else frozenset()),
            is_open=True,
            attributes=words(f"{_ANY} {known}"),
            required=(required.get(tag, ("name",)),),
            values=_VALUES.get(tag, {}),
        )
        for tag, known in _ATTRIBUTES.items()
    }


def bound(rules: Mapping[str, ElementRule]) -> dict[str, ElementRule]:
    """Return the same rules for entries that are bound already."""
    return {f"Bound{tag}": rule for tag, rule in rules.items()}
