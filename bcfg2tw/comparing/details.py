"""The aspects in which two states of an entry or structure differ."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from bcfg2tw.comparing.difference import Detail
from bcfg2tw.comparing.normal import BASE64, NormalEntry
from bcfg2tw.comparing.secrets import NO_SECRETS, SecretTexts
from bcfg2tw.comparing.text_diff import EntryContent, changed_lines, visible

__all__ = ["CLIENT_NAME", "ComparedClient", "attribute_details", "entry_details", "failure_details"]

#: The most that is kept of one difference: lines, and characters of a line or value.
MOST_LINES = 200
MOST_CHARACTERS = 2000

#: Stands for a client's name in neutral texts; what is shown has no control characters.
CLIENT_NAME = "\0"


@dataclass(frozen=True)
class ComparedClient:
    """
    The client whose configurations are compared.

    :ivar name: changes that differ between clients by their names alone are equal; empty for none
    :ivar secrets: the secrets of the site, none of which is kept
    """

    name: str = ""
    secrets: SecretTexts = NO_SECRETS

    def identity(self, words: Sequence[str | None]) -> str:
        """Return a digest that is equal for equal words of clients, but for their names."""
        neutral = [word and self.neutral(word) for word in words]
        return hashlib.sha256(json.dumps(neutral).encode()).hexdigest()

    def neutral(self, text: str) -> str:
        """Return a text with `CLIENT_NAME` in place of the client's name."""
        return self._pattern.sub(CLIENT_NAME, text) if self.name and self.name in text else text

    def neutral_line(self, line: str) -> str:
        """Return the same of a line whose first character, a sign, is no part of a name."""
        return line[:1] + self.neutral(line[1:])

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        return re.compile(rf"(?<![\w.-]){re.escape(self.name)}(?![\w-])")


def entry_details(
    old: NormalEntry | None, new: NormalEntry | None, client: ComparedClient
) -> Iterator[Detail]:
    """Yield the aspects in which two states of an entry differ; None where there is no entry."""
    before = {} if old is None else old.attributes
    after = {} if new is None else new.attributes
    yield from attribute_details(before, after, client)
    yield from _content_details(old, new, client)
    yield from _child_details(old, new, client)


def attribute_details(
    old: Mapping[str, str], new: Mapping[str, str], client: ComparedClient
) -> Iterator[Detail]:
    """Yield the attributes that differ, by name."""
    yield from failure_details(old.get("failure"), new.get("failure"), client)
    for name in sorted({*old, *new} - {"failure"}):
        values = old.get(name), new.get(name)
        if values[0] == values[1]:
            continue
        if any(value and client.secrets.hides_attribute(name, value) for value in values):
            yield Detail("attribute", name, is_secret=True)
        else:
            yield _values("attribute", name, *values, client)


def failure_details(old: str | None, new: str | None, client: ComparedClient) -> Iterator[Detail]:
    """Yield the failure that came, went or changed; None is none."""
    if old != new and any(value and client.secrets.hides(value) for value in (old, new)):
        yield Detail("failure", is_secret=True)
    elif old != new:
        yield _values("failure", "", old, new, client)


def _values(
    aspect: str, name: str, old: str | None, new: str | None, client: ComparedClient
) -> Detail:
    identity = client.identity((old, new))
    return Detail(aspect, name, old and _short(old), new and _short(new), identity=identity)


def _content_details(
    old: NormalEntry | None, new: NormalEntry | None, client: ComparedClient
) -> Iterator[Detail]:
    """Yield how contents differ, if they do; a content that comes or goes is told by its size."""
    before, after = _content(old), _content(new)
    if before.data == after.data:
        return
    if any(_is_secret(*pair, client) for pair in ((old, before), (new, after))):
        yield Detail("content", is_secret=True)
    # what comes or goes may be another content for each client: it is no part of the identity
    elif old is None:
        yield Detail("content", new=after.summary)
    elif new is None:
        yield Detail("content", old=before.summary)
    else:
        yield _changed_content(before, after, client)


def _is_secret(entry: NormalEntry | None, content: EntryContent, client: ComparedClient) -> bool:
    return entry is not None and client.secrets.hides_content(entry, _text(content))


def _text(content: EntryContent) -> str:
    """Return a content as text that may have a secret in it, also where it is no text."""
    return content.data.decode("latin-1") if content.text is None else content.text


def _content(entry: NormalEntry | None) -> EntryContent:
    if entry is None:
        return EntryContent(b"", "")
    return EntryContent.read(entry.text, entry.attributes.get("encoding") == BASE64)


def _changed_content(old: EntryContent, new: EntryContent, client: ComparedClient) -> Detail:
    lines = None
    if old.text is not None and new.text is not None:
        lines = changed_lines(old.text, new.text)
    if lines is None:
        digests = [hashlib.sha256(content.data).hexdigest() for content in (old, new)]
        return Detail("content", "", old.summary, new.summary, identity=client.identity(digests))
    # how large it is counts where there was none, or none is left
    sizes = None if new.data else old.summary, None if old.data else new.summary
    return _with_lines("content", lines, sizes, client)


def _child_details(
    old: NormalEntry | None, new: NormalEntry | None, client: ComparedClient
) -> Iterator[Detail]:
    before = () if old is None else old.children
    after = () if new is None else new.children
    if before == after:
        return
    if any(map(client.secrets.hides_child, (*before, *after))):
        yield Detail("children", is_secret=True)
        return
    gone = [f"-{visible(line)}" for line in (Counter(before) - Counter(after)).elements()]
    come = [f"+{visible(line)}" for line in (Counter(after) - Counter(before)).elements()]
    sizes = None if after else f"{len(before):,}", None if before else f"{len(after):,}"
    yield _with_lines("children", gone + come, sizes, client)


def _with_lines(
    aspect: str, lines: Sequence[str], sizes: tuple[str | None, str | None], client: ComparedClient
) -> Detail:
    signed = [client.neutral_line(line) for line in lines if line[0] in "+-\\"]
    shown = tuple(_short(line) for line in lines[:MOST_LINES])
    omitted = len(lines) - len(shown)
    identity = client.identity(signed)
    return Detail(aspect, "", *sizes, lines=shown, omitted_lines=omitted, identity=identity)


def _short(text: str) -> str:
    text = visible(text)
    return text if len(text) <= MOST_CHARACTERS else text[:MOST_CHARACTERS] + " …"
