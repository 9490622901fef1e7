"""
python-ldap's names: options of a connection, scopes, and a stand-in for its modules.

The files of sites are written for python-ldap, whichever library the queries are sent with.
"""

from __future__ import annotations

import importlib
import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from types import ModuleType
from typing import Any

#: Names to numbers, as python-ldap has them.
OPTIONS = {
    "OPT_DEREF": 0x0002,
    "OPT_SIZELIMIT": 0x0003,
    "OPT_TIMELIMIT": 0x0004,
    "OPT_REFERRALS": 0x0008,
    "OPT_PROTOCOL_VERSION": 0x0011,
    "OPT_TIMEOUT": 0x5002,
    "OPT_NETWORK_TIMEOUT": 0x5005,
    "OPT_X_TLS_CACERTFILE": 0x6002,
    "OPT_X_TLS_CACERTDIR": 0x6003,
    "OPT_X_TLS_CERTFILE": 0x6004,
    "OPT_X_TLS_KEYFILE": 0x6005,
    "OPT_X_TLS_REQUIRE_CERT": 0x6006,
    "OPT_X_TLS_NEWCTX": 0x600F,
}
NAMES = {number: name for name, number in OPTIONS.items()}

SCOPES = {"base": 0, "one": 1, "sub": 2}

OTHER_CONSTANTS = {
    "SCOPE_BASE": 0, "SCOPE_ONELEVEL": 1, "SCOPE_SUBTREE": 2,
    "OPT_OFF": 0, "OPT_ON": 1, "VERSION3": 3,
    "DEREF_NEVER": 0, "DEREF_SEARCHING": 1, "DEREF_FINDING": 2, "DEREF_ALWAYS": 3,
    "OPT_X_TLS_NEVER": 0, "OPT_X_TLS_HARD": 1, "OPT_X_TLS_DEMAND": 2, "OPT_X_TLS_ALLOW": 3,
    "OPT_X_TLS_TRY": 4,
}  # fmt: skip

ESCAPES = {"\\": r"\5c", "*": r"\2a", "(": r"\28", ")": r"\29", "\0": r"\00"}

#: Values of OPT_X_TLS_REQUIRE_CERT with which a certificate need not be right.
UNCHECKED = (OTHER_CONSTANTS["OPT_X_TLS_NEVER"], OTHER_CONSTANTS["OPT_X_TLS_ALLOW"])


@dataclass(frozen=True)
class ConnectionOptions:
    """
    How to talk to a directory.

    :ivar deref: which aliases are followed, by python-ldap's number
    :ivar size_limit: how many entries a query takes; 0 for any number
    :ivar time_limit_seconds: how long the directory itself may search; 0 for as long as it likes
    :ivar follows_referrals: whether another directory is asked where this one says so
    :ivar answer_seconds: how long an answer may take; None for as long as the settings say
    :ivar connect_seconds: how long connecting may take; None for as long as the settings say
    """

    deref: int = 0
    size_limit: int = 0
    time_limit_seconds: int = 0
    follows_referrals: bool = True
    answer_seconds: float | None = None
    connect_seconds: float | None = None
    ca_file: str | None = None
    ca_folder: str | None = None
    certificate: str | None = None
    key: str | None = None
    verify: ssl.VerifyMode = ssl.CERT_REQUIRED


#: Option to the field that it sets.
FIELDS = {
    "OPT_DEREF": "deref",
    "OPT_SIZELIMIT": "size_limit",
    "OPT_TIMELIMIT": "time_limit_seconds",
    "OPT_REFERRALS": "follows_referrals",
    "OPT_TIMEOUT": "answer_seconds",
    "OPT_NETWORK_TIMEOUT": "connect_seconds",
    "OPT_X_TLS_CACERTFILE": "ca_file",
    "OPT_X_TLS_CACERTDIR": "ca_folder",
    "OPT_X_TLS_CERTFILE": "certificate",
    "OPT_X_TLS_KEYFILE": "key",
}


def connection_options(options: Mapping[int | str, Any] | None) -> ConnectionOptions:
    """
    Read options by their numbers or names in python-ldap.

    :raises ValueError: if one is unknown here, or asks for another version of the protocol
    """
    parsed = ConnectionOptions()
    for option, value in (options or {}).items():
        parsed = _set_option(parsed, option, value)
    return parsed


def _set_option(parsed: ConnectionOptions, option: int | str, value: Any) -> ConnectionOptions:
    """
    Return options with one more of python-ldap's.

    :raises ValueError: as :func:`connection_options` does
    """
    name = NAMES.get(option) if isinstance(option, int) else option
    if name not in OPTIONS:
        raise ValueError(
            f"options: {option!r} is unknown; by number or name, these can be set: "
            f"{', '.join(OPTIONS)}"
        )
    if name in FIELDS:
        changes: dict[str, Any] = {FIELDS[name]: value}
        return replace(parsed, **changes)
    if name == "OPT_X_TLS_REQUIRE_CERT":
        return replace(parsed, verify=ssl.CERT_NONE if value in UNCHECKED else ssl.CERT_REQUIRED)
    if name == "OPT_PROTOCOL_VERSION" and value != 3:
        raise ValueError(f"options: version {value!r} of the protocol is not spoken, only 3")
    return parsed


def scope_number(scope: object) -> int:
    """
    Return the number of a scope that is given by name or number.

    :raises ValueError: if there is none of that name
    """
    number = SCOPES.get(scope) if isinstance(scope, str) else scope
    if not isinstance(number, int) or number not in SCOPES.values():
        raise ValueError(f"scope: {scope!r} is none; write base, one or sub")
    return number


def stand_in() -> dict[str, ModuleType]:
    """
    Return modules in place of python-ldap by their names, none where it can be imported.

    They hold what queries need to be declared: constants, and the escaping of filters.
    """
    return {} if _has_python_ldap() else dict(_modules())


def _has_python_ldap() -> bool:
    try:
        importlib.import_module("ldap.ldapobject")  # another package may be called ldap, too
    except ImportError:
        return False
    return True


def _modules() -> Iterator[tuple[str, ModuleType]]:
    ldap, filters = ModuleType("ldap"), ModuleType("ldap.filter")
    ldap.__dict__.update(OPTIONS, **OTHER_CONSTANTS, filter=filters)
    filters.__dict__["escape_filter_chars"] = escape_filter_chars
    yield "ldap", ldap
    yield "ldap.filter", filters


def escape_filter_chars(assertion_value: str) -> str:
    """Return a text as it stands for itself in a filter (RFC 4515, 3)."""
    return "".join(ESCAPES.get(character, character) for character in assertion_value)
