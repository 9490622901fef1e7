"""Mistakes in the rules of ACL (:ref:`metadata-16`)."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator

from bcfg2tw.engine.checks.vocabulary import Remark
from bcfg2tw.engine.xmlio import Element, is_element, line_of
from bcfg2tw.near_names import near_name

#: The server's own methods; those of plugins have a dot in their names.
METHODS = frozenset({
    "AssertProfile", "DeclareVersion", "GetConfig", "GetDecisionList", "GetProbes",
    "RecvProbeData", "RecvStats", "expire_metadata_cache", "get_statistics", "listMethods",
    "methodHelp", "ping", "set_core_debug", "set_debug", "set_fam_debug", "system.listMethods",
    "system.methodHelp", "system.methodSignature", "system.multicall", "toggle_core_debug",
    "toggle_debug", "toggle_fam_debug",
})  # fmt: skip
ALIKE = 0.75


def check_rules(root: Element) -> Iterator[Remark]:
    """Yield rules whose address cannot be, or whose method there is not."""
    for rule in root.iter():
        if not is_element(rule):
            continue
        method = rule.get("method", "")
        near = None if method in METHODS else near_name(method, METHODS, ALIKE)
        if near is not None and "*" not in method:
            message = f"there is no method {method}: did you mean {near}?"
            yield "bad-value", "error", line_of(rule), message
        reason = _reason(rule.get("address"), rule.get("netmask"))
        if reason is not None:
            yield "bad-value", "error", line_of(rule), f"<{rule.tag}>: {reason}"


def _reason(address: str | None, netmask: str | None) -> str | None:
    if address is None:
        return None
    try:
        ipaddress.ip_network(f"{address}/{netmask}" if netmask else address, strict=False)
    except ValueError as error:
        return f'{error}: write address="192.0.2.0" netmask="24", or one address'
    return None
