"""
The scripts in `Probes`, each for some clients or for all (:ref:`templates-and-data-6`).
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from typing import TypeAlias

from lxml import etree

from bcfg2tw.engine.documents.directory import load_or_problem
from bcfg2tw.engine.documents.specificity import Member, SpecificSet, specificity_of_suffix
from bcfg2tw.engine.repository.files import Files
from bcfg2tw.engine.repository.source import Source
from bcfg2tw.engine.xmlio import Element
from bcfg2tw.errors import RepositoryError

#: A probe's name, and whom the file is for.
FILE_NAME = re.compile(r"(?P<probe>[A-Za-z0-9_-]+)(?P<suffix>(?:\.[^/]+)?)")
#: Files that editors leave behind, and the one that the server writes itself.
NOT_MEANT = re.compile(r"\.#.*|.*~|\..*\.(?:sw[a-z]|tmp)|probed\.xml")

FIRST_LINE = re.compile(r"#!\s*(?P<interpreter>.*)")
DEFAULT_INTERPRETER = "/bin/sh"

logger = logging.getLogger("Probes")


class Script:
    """
    One file; never changes once made.

    :ivar path: its full path
    :ivar text: all of it, in UTF-8 whatever the server's encoding is: clients take nothing else
    :ivar interpreter: the program that the first line names, a shell if it names none
    """

    def __init__(self, source: Source) -> None:
        """
        Read the file; an interpretation for `Files.load`.

        :raises RepositoryError: if it is not UTF-8, or if XML cannot hold it
        """
        self.path = source.path
        self.text = _decode(source)
        if not self.text:
            logger.warning("%s: it is empty: clients fail on that, so remove it", source.path)
        match = FIRST_LINE.fullmatch(self.text.partition("\n")[0])
        self.interpreter = (match and match["interpreter"]) or DEFAULT_INTERPRETER
        try:
            self.probe("", "")
        except ValueError:
            raise RepositoryError(
                source.path, "it holds control characters, which cannot be sent to clients"
            ) from None

    @property
    def is_ascii(self) -> bool:
        """Say whether clients of any age can run it."""
        return self.text.isascii()

    def probe(self, name: str, source: str) -> Element:
        """
        Return the element that a client gets, a new one each time.

        :param source: the plugin that takes the output
        """
        probe = etree.Element(
            "probe", {"name": name, "source": source, "interpreter": self.interpreter}
        )
        probe.text = self.text
        return probe


def _decode(source: Source) -> str:
    try:
        return source.data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = source.data.count(b"\n", 0, error.start) + 1
        raise RepositoryError(
            source.path, "it is not UTF-8, which probes have to be: convert it", line
        ) from error


#: A script, or the reason why there is none although there is a file.
Candidate: TypeAlias = Script | RepositoryError
Scripts: TypeAlias = dict[str, SpecificSet[Candidate]]


def scripts_in(files: Files, not_a_probe: Callable[[str], object]) -> Scripts:
    """
    Load the scripts of a folder, not of folders below it.

    :param not_a_probe: is called with the name of each other file
    :returns: name of a probe to its files, sorted by name
    """
    members: dict[str, list[Member[Candidate]]] = {}
    for name in files:
        if NOT_MEANT.fullmatch(name.rpartition("/")[2]):
            continue
        match = FILE_NAME.fullmatch(name)
        specificity = specificity_of_suffix(match["suffix"]) if match else None
        if match is not None and specificity is not None:
            member = Member(name, specificity, load_or_problem(files, name, Script))
            members.setdefault(match["probe"], []).append(member)
        else:
            not_a_probe(name)
    return {probe: SpecificSet(members[probe]) for probe in sorted(members)}
