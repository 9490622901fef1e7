"""The output of probes: the groups and data in it, and its values as XML, JSON and YAML."""

from __future__ import annotations

import json
import re
from functools import cached_property
from typing import Any, NamedTuple

from lxml import etree

from bcfg2tw.engine.xmlio import Element, parse_data

#: From the very start of a line; what stands behind the name does not count.
GROUP_LINE = re.compile(r"group:\s*(?P<name>\S+)")


class Output(NamedTuple):
    """
    One probe's output, taken apart.

    :ivar data: the lines that name no group
    :ivar groups: in order; a name may come twice
    """

    data: str
    groups: list[str]


def take_apart(text: str) -> Output:
    """Tell the lines of an output that name groups from those that are data."""
    data: list[str] = []
    groups: list[str] = []
    for line in text.split("\n"):
        group = GROUP_LINE.match(line)
        if group is None:
            data.append(line)
        else:
            groups.append(group["name"])
    return Output("\n".join(data), groups)


class ProbeData(str):
    """
    The output of a probe as templates see it: a text that can be asked for its value.

    Values are made when they are first asked for. They belong to one metadata object: what a
    template does to them concerns no other request.
    """

    @property
    def data(self) -> str:
        """The text itself."""
        return str(self)

    @cached_property
    def xdata(self) -> Element | None:
        """The root of the XML document that it is, None if it is none."""
        try:
            return parse_data(self)
        except (etree.XMLSyntaxError, ValueError):
            return None

    @cached_property
    def json(self) -> Any:
        """The JSON value that it is, None if it is none."""
        try:
            return json.loads(self)
        except (ValueError, RecursionError):
            return None

    @cached_property
    def yaml(self) -> Any:
        """The YAML value that it is, None if it is none; only plain values are made."""
        import yaml  # few sites ask for it, and it takes a megabyte

        try:
            return yaml.safe_load(self)
        except MemoryError:
            raise  # which says nothing about the text
        except Exception:  # the library raises nearly anything for some texts, such as "!!int ''"
            return None
