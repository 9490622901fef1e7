"""
probed.xml: what clients' probes said, in the reference's format (:ref:`templates-and-data-6.4`).
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from lxml import etree

from bcfg2tw.engine.repository.listing import Stamp
from bcfg2tw.engine.xmlio import Element, line_of, parse_file, parse_own_file, pretty
from bcfg2tw.errors import PluginExecutionError, RepositoryError

logger = logging.getLogger("Probes")

EMPTY = b"<Probed/>\n"


@dataclass(frozen=True)
class Answers:
    """
    What the probes of one client said last.

    :ivar client: the client's name
    :ivar data: name of a probe to what it printed, without the lines that name groups
    :ivar groups: what those lines name
    :ivar timestamp: when it was said, in seconds since 1970
    """

    client: str
    data: Mapping[str, str]
    groups: frozenset[str]
    timestamp: int

    @classmethod
    def of(cls, element: Element) -> Answers:
        """Read a `Client` element."""
        timestamp = element.get("timestamp", "")
        return cls(
            element.get("name", "").lower(),
            {
                probe.get("name", ""): probe.get("value", "")
                for probe in element.iterchildren("Probe")
                if probe.get("name")
            },
            frozenset(
                group.get("name", "")
                for group in element.iterchildren("Group")
                if group.get("name")
            ),
            int(timestamp) if timestamp.isdecimal() else 0,
        )

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Answers:
        """Read a record of the journal."""
        return cls(
            record["client"], record["data"], frozenset(record["groups"]), record["timestamp"]
        )

    def record(self) -> dict[str, Any]:
        """Return what the journal keeps of it."""
        return {
            "client": self.client,
            "data": dict(self.data),
            "groups": sorted(self.groups),
            "timestamp": self.timestamp,
        }

    def says_the_same(self, other: Answers) -> bool:
        """Say whether two answers differ in their time at most."""
        return self.data == other.data and self.groups == other.groups

    @cached_property
    def fragment(self) -> bytes:
        """
        The `Client` element as it stands in the file; made once, so that the file is cheap.

        :raises ValueError: if XML cannot hold it
        """
        client = etree.Element("Client", name=self.client, timestamp=str(self.timestamp))
        for name, value in sorted(self.data.items()):
            etree.SubElement(client, "Probe", name=name, value=value)
        for group in sorted(self.groups):
            etree.SubElement(client, "Group", name=group)
        lines = pretty(client).splitlines(keepends=True)  # attributes hold no line ends as such
        return b"".join(b"  " + line for line in lines)

    def check(self) -> None:
        """
        Make sure that the file can hold this and be read again.

        :raises PluginExecutionError: if it cannot
        """
        try:
            read = Answers.of(parse_file(self.fragment, "probed.xml"))
        except (ValueError, RepositoryError) as error:
            reason = " ".join(str(error).split())
            raise PluginExecutionError(
                f"probed.xml cannot hold what the probes of {self.client} said: {reason}"
            ) from error
        if not read.says_the_same(self):
            raise PluginExecutionError(
                f"probed.xml does not keep what the probes of {self.client} said as it is"
            )


def document(answers: Iterable[Answers]) -> bytes:
    """Return a whole file: clients, probes and groups each sorted."""
    ordered = sorted(answers, key=lambda one: one.client)
    if not ordered:
        return EMPTY
    return b"<Probed>\n" + b"".join(one.fragment for one in ordered) + b"</Probed>\n"


def read_probed(path: str) -> tuple[dict[str, Answers], Stamp]:
    """
    Read a file: client to what its probes said, and the stamp of what was read.

    :raises RepositoryError: if it cannot be read or is not well-formed
    """
    try:
        with open(path, "rb") as stream:
            stamp = Stamp.of(os.fstat(stream.fileno()))
            data = stream.read()
    except OSError as error:
        raise RepositoryError(path, error.strerror or str(error)) from error
    found: dict[str, Answers] = {}
    for element in parse_own_file(data, path).iter("Client"):
        if element.get("name"):
            answers = Answers.of(element)
            found[answers.client] = answers
        else:
            logger.warning("%s:%s: a Client without a name is ignored", path, line_of(element))
    return found, stamp
