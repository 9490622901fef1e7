"""The part of a plugin that has given a group: a pattern of GroupPatterns, a probe."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from bcfg2tw.cli.explain.supposing import SupposingSite
from bcfg2tw.engine.model.client_metadata import ClientMetadata
from bcfg2tw.engine.model.membership_trail import GIVEN, MembershipStep
from bcfg2tw.engine.plugins.grouppatterns import GroupPatterns
from bcfg2tw.engine.plugins.probes.probes import Probes
from bcfg2tw.engine.plugins.probes.scripts import Script

__all__ = ["ANSWER", "PATTERN", "SCRIPT", "SUPPOSED", "with_givers"]

#: What a reason begins with: a pattern matches; the answer of a probe names the group, or seems to
#: by its script; it is supposed to.
PATTERN, ANSWER, SCRIPT, SUPPOSED = "pattern ", "probe ", "script of probe ", "supposed probe "

#: Behind the name of a group, where a script writes all of it.
_END = r"(?=[\s\"'\\;&|)<>`]|$)"


def with_givers(
    site: SupposingSite, metadata: ClientMetadata, step: MembershipStep
) -> list[MembershipStep]:
    """Return a step as one for each pattern or probe that it rests on; alone if none is known."""
    plugin = site.core.plugins.get(step.source) if step.verb == GIVEN else None
    steps: list[MembershipStep] = []
    if isinstance(plugin, GroupPatterns):
        steps = [
            replace(step, because=(PATTERN + text,), place=place)
            for text, place in plugin.patterns_for(metadata.hostname, step.group)
        ]
    elif isinstance(plugin, Probes):
        steps = list(_by_probes(site, plugin, metadata, step))
    return steps or [step]


def _by_probes(
    site: SupposingSite, plugin: Probes, metadata: ClientMetadata, step: MembershipStep
) -> Iterator[MembershipStep]:
    for supposed in site.supposed_probes(step.group):
        yield replace(step, because=(SUPPOSED + supposed,))
    answers = site.real_answers(plugin, metadata.hostname)
    if answers is None or step.group not in answers.groups:
        return
    # which probe named a group is not kept: a single one did, else the scripts may tell
    scripts = dict(plugin.scripts_for(metadata))
    name, place = _writer({name: scripts[name] for name in scripts if name in answers.data}, step)
    if len(answers.data) == 1:
        yield replace(step, because=(ANSWER + next(iter(answers.data)),), place=place)
    elif name is not None:
        yield replace(step, because=(SCRIPT + name,), place=place)
    else:
        yield step


def _writer(scripts: Mapping[str, Script], step: MembershipStep) -> tuple[str | None, str | None]:
    """Return name and place of the only script that writes a group, or any groups at all."""
    for pattern in (rf"group:\s*{re.escape(step.group)}{_END}", r"group:"):
        lines = {name: _first_line(script.text, pattern) for name, script in scripts.items()}
        writers = [(name, line) for name, line in lines.items() if line is not None]
        if len(writers) == 1:
            ((name, line),) = writers
            return name, f"{scripts[name].path}:{line}"
        if writers:
            break
    return None, None


def _first_line(text: str, pattern: str) -> int | None:
    """Return the number of the first line that matches and is no comment, None without one."""
    search = re.compile(pattern).search
    lines = enumerate(text.splitlines(), 1)
    numbers = (n for n, line in lines if search(line) and not line.lstrip().startswith("#"))
    return next(numbers, None)
