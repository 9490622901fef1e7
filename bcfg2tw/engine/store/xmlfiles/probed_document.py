"""
probed.xml as a document: the output of clients' probes (:ref:`templates-and-data-6.4`).

The format is the reference's: upstream reads what is written here, and the other way round.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

from lxml import etree

from bcfg2tw.engine.repository.listing import Stamp
from bcfg2tw.engine.store.answers import Answers
from bcfg2tw.engine.store.xmlfiles.file_state import digest_of
from bcfg2tw.engine.xmlio import Element, line_of, parse_file, parse_own_file, pretty
from bcfg2tw.errors import PluginExecutionError, RepositoryError

logger = logging.getLogger("Probes")

EMPTY = b"<Probed/>\n"

FINGERPRINT_BYTES = 8


class ClientAnswers:
    """
    The answers of one client, with the element that stands for them in the file.

    The element is made once, so that writing the file is cheap.
    """

    def __init__(self, answers: Answers) -> None:
        self.answers = answers

    @cached_property
    def fragment(self) -> bytes:
        """
        The lines of the `Client` element.

        :raises ValueError: if XML cannot hold it
        """
        answers = self.answers
        client = etree.Element("Client", name=answers.client, timestamp=str(answers.timestamp))
        for name, value in sorted(answers.data.items()):
            etree.SubElement(client, "Probe", name=name, value=value)
        for group in sorted(answers.groups):
            etree.SubElement(client, "Group", name=group)
        lines = pretty(client).splitlines(keepends=True)  # attributes hold no line ends as such
        return b"".join(b"  " + line for line in lines)

    def check(self) -> None:
        """
        Make sure that the file can hold this and be read again.

        :raises PluginExecutionError: if it cannot
        """
        client = self.answers.client
        try:
            reread = answers_in(parse_file(self.fragment, "probed.xml"))
        except (ValueError, RepositoryError) as error:
            reason = " ".join(str(error).split())
            raise PluginExecutionError(
                f"probed.xml cannot hold what the probes of {client} said: {reason}"
            ) from error
        if not reread.says_the_same(self.answers):
            raise PluginExecutionError(
                f"probed.xml does not keep what the probes of {client} said as it is"
            )


def answers_in(element: Element) -> Answers:
    """Return what a `Client` element says."""
    timestamp = element.get("timestamp", "")
    return Answers(
        element.get("name", ""),
        {
            probe.get("name", ""): probe.get("value", "")
            for probe in element.iterchildren("Probe")
            if probe.get("name")
        },
        frozenset(
            group.get("name", "") for group in element.iterchildren("Group") if group.get("name")
        ),
        int(timestamp) if timestamp.isdecimal() else 0,
    )


def answers_from(record: Mapping[str, Any]) -> Answers:
    """Return the answers that a record of the journal holds."""
    return Answers(
        record["client"], record["data"], frozenset(record["groups"]), record["timestamp"]
    )


def fingerprint(answers: Answers) -> str:
    """Return a digest of answers; it is the same where they differ in their time at most."""
    said = [sorted(answers.data.items()), sorted(answers.groups)]
    return digest_of(json.dumps(said).encode("ascii"), FINGERPRINT_BYTES)


def record_of(answers: Answers, before: Answers | None = None) -> dict[str, Any]:
    """
    Return the record of the journal that holds answers.

    :param before: the answers that they replace, if there are any
    """
    return {
        "before": None if before is None else fingerprint(before),
        "client": answers.client,
        "data": dict(answers.data),
        "groups": sorted(answers.groups),
        "timestamp": answers.timestamp,
    }


def document(clients: Iterable[ClientAnswers]) -> bytes:
    """Return a whole file: clients, probes and groups each sorted."""
    ordered = sorted(clients, key=lambda client: client.answers.client)
    if not ordered:
        return EMPTY
    return b"<Probed>\n" + b"".join(client.fragment for client in ordered) + b"</Probed>\n"


def warn_of_answers(path: str | None, remedy: str) -> None:
    """
    Warn of a file that says something, and does not count any more.

    :param path: None, or that of a file that need not be there
    :param remedy: what to do to have it count
    """
    if path is None or not os.path.exists(path):
        return
    try:
        clients, _ = read_probed(path)
    except RepositoryError as error:
        logger.warning("%s", error)
        return
    if clients:
        logger.warning(
            "%s: what the probes of %d clients said there does not count; %s",
            path, len(clients), remedy,
        )  # fmt: skip


def read_probed(path: str) -> tuple[dict[str, ClientAnswers], Stamp]:
    """
    Read a file.

    :returns: the answers by client, and the stamp of the file that was read
    :raises RepositoryError: if it cannot be read or is not well-formed
    """
    try:
        with open(path, "rb") as stream:
            stamp = Stamp.of(os.fstat(stream.fileno()))
            data = stream.read()
    except OSError as error:
        raise RepositoryError(path, error.strerror or str(error)) from error
    clients: dict[str, ClientAnswers] = {}
    for element in parse_own_file(data, path).iter("Client"):
        if element.get("name"):
            answers = answers_in(element)
            clients[answers.client] = ClientAnswers(answers)
        else:
            logger.warning("%s:%s: a Client without a name is ignored", path, line_of(element))
    return clients, stamp
