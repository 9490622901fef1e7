"""The reasons for what a client is and has, in words and as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from bcfg2tw.cli.explain.client import ClientLook
from bcfg2tw.cli.explain.givers import ANSWER, PATTERN, SCRIPT, SUPPOSED
from bcfg2tw.engine.model.membership_trail import (
    GAINED,
    GIVEN,
    LOST,
    REFUSED,
    SUPPRESSED,
    MembershipStep,
)

__all__ = ["client_json", "client_lines"]


def client_lines(look: ClientLook) -> Iterator[str]:
    """Yield who a client is, its groups, and its bundles."""
    metadata = look.metadata
    yield metadata.hostname
    if not look.is_entered:
        yield "  is in no list of clients: this is what it would be if it registered"
    else:
        yield f"  listed in {', '.join(look.places) or 'the state of clients (no file)'}"
    for title, names in (("aliases", metadata.aliases), ("addresses", metadata.addresses)):
        if names:
            yield f"  {title} {', '.join(sorted(names))}"
    yield f"  profile {metadata.profile or '(none)'}{_profile_reason(look)}"
    yield "groups"
    for group in sorted(metadata.groups):
        yield f"  {group}"
        yield from (f"    {_step(step, look)}" for step in look.of_group(group))
    yield from _missing_groups(look)
    yield "bundles"
    for origin in sorted(look.bundles, key=lambda one: one.bundle):
        place = f", {origin.place}" if origin.place else ""
        yield f"  {origin.bundle}: {origin.source}{place}"


def _profile_reason(look: ClientLook) -> str:
    for step in look.of_group(look.metadata.profile or ""):
        return f": {_step(step, look)}"
    return ""


def _missing_groups(look: ClientLook) -> Iterator[str]:
    names = sorted({step.group for step in look.steps} - look.metadata.groups)
    if names:
        yield "groups that it does not have"
    for group in names:
        yield f"  {group}"
        yield from (f"    {_step(step, look)}" for step in look.of_group(group))


def _step(step: MembershipStep, look: ClientLook) -> str:
    place = "" if step.place is None else f", {step.place}"
    because = " and ".join(step.because)
    if step.verb == GIVEN:
        return f"{_giver(step, look)}{place}"
    if step.verb == GAINED:
        return f"comes with {because or 'every client'}{place}"
    if step.verb == LOST:
        return f"is taken away by {because or 'a rule'}{place}"
    if step.verb == SUPPRESSED:
        return f"gives way to {because}, which is of the same category{place}"
    assert step.verb == REFUSED
    return "is supposed to be missing (--without-group)"


def _giver(step: MembershipStep, look: ClientLook) -> str:
    if step.source == "profile":
        return "is its profile" + ("" if step.place else " (in the state of clients)")
    if step.source == "default":
        return "is the default group, the profile of clients without one"
    if step.source == "supposed":
        return "is supposed (--with-group)"
    if step.because:
        return _reason(step.because[0])
    if step.source == "Probes":
        return "an answer of its probes names it (Probes)"
    folder = look.plugins.get(step.source)
    return f"the plugin {step.source} gives it" + (f" ({folder})" if folder else "")


def _reason(reason: str) -> str:
    """Return in words which pattern or probe has given a group."""
    if reason.startswith(PATTERN):
        return f"the {reason} of GroupPatterns matches its name"
    if reason.startswith(SUPPOSED):
        name = reason.removeprefix(SUPPOSED)
        return f"the answer that its probe {name} is supposed to give names it (--with-probe)"
    if reason.startswith(ANSWER):
        return f"the answer of its {reason} names it (Probes)"
    name = reason.removeprefix(SCRIPT)
    return f"an answer of its probes names it, to judge by the scripts that of {name} (Probes)"


def client_json(look: ClientLook) -> dict[str, Any]:
    """Return the same as plain values, with the explanation of all entries."""
    metadata, explanation = look.metadata, look.configuration.explanation
    return {
        "hostname": metadata.hostname,
        "is_entered": look.is_entered,
        "places": list(look.places),
        "profile": metadata.profile,
        "aliases": sorted(metadata.aliases),
        "addresses": sorted(metadata.addresses),
        "groups": sorted(metadata.groups),
        "steps": [asdict(step) for step in look.steps],
        "bundles": [asdict(origin) for origin in look.bundles],
        "entries": [asdict(one) for one in explanation.entries] if explanation else [],
    }
