"""What python-ldap calls things, for queries that were written for it."""

from __future__ import annotations

import importlib.util
import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from types import ModuleType
from typing import Any

from ldap3.utils.conv import escape_filter_chars

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

#: Values of OPT_X_TLS_REQUIRE_CERT with which a certificate need not be right.
UNCHECKED = (OTHER_CONSTANTS["OPT_X_TLS_NEVER"], OTHER_CONSTANTS["OPT_X_TLS_ALLOW"])


@dataclass(frozen=True)
class ConnectionOptions:
    """How to talk to a directory; None where the server's own setting holds."""

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
    read = ConnectionOptions()
    for option, value in (options or {}).items():
        read = _with(read, option, value)
    return read


def _with(read: ConnectionOptions, option: int | str, value: Any) -> ConnectionOptions:
    name = NAMES.get(option) if isinstance(option, int) else option
    if name not in OPTIONS:
        raise ValueError(
            f"options: {option!r} is unknown; by number or name, these can be set: "
            f"{', '.join(OPTIONS)}"
        )
    if name in FIELDS:
        changes: dict[str, Any] = {FIELDS[name]: value}
        return replace(read, **changes)
    if name == "OPT_X_TLS_REQUIRE_CERT":
        return replace(read, verify=ssl.CERT_NONE if value in UNCHECKED else ssl.CERT_REQUIRED)
    if name == "OPT_PROTOCOL_VERSION" and value != 3:
        raise ValueError(f"options: version {value!r} of the protocol is not spoken, only 3")
    return read


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
    Return modules in place of python-ldap, none where it is installed.

    They hold what queries need to be declared: constants, and the escaping of filters.
    """
    if importlib.util.find_spec("ldap") is not None:
        return {}
    return dict(_modules())


def _modules() -> Iterator[tuple[str, ModuleType]]:
    ldap, filters = ModuleType("ldap"), ModuleType("ldap.filter")
    ldap.__dict__.update(OPTIONS, **OTHER_CONSTANTS, filter=filters)
    filters.__dict__["escape_filter_chars"] = escape_filter_chars
    yield "ldap", ldap
    yield "ldap.filter", filters
