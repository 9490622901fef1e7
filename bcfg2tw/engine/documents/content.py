"""Content of bound `Path` entries: text or bytes, in the server's encoding (:ref:`cfg-4`)."""

from __future__ import annotations

import base64
import logging
from typing import TypeAlias

from bcfg2tw.engine.xmlio import Element
from bcfg2tw.errors import PluginExecutionError
from bcfg2tw.settings import Settings

logger = logging.getLogger("bcfg2-server")

#: Text, or bytes where they are no text in the server's encoding.
Content: TypeAlias = "str | bytes"

#: Encodings in which two different sequences of bytes are never the same text.
FAITHFUL = ("utf-8", "utf8", "ascii", "latin-1", "iso-8859-1")


def as_text(data: bytes, settings: Settings) -> Content:
    """Return bytes as text, if they are the server's encoding of exactly one text."""
    try:
        text = data.decode(settings.encoding)
        faithful = settings.encoding.lower() in FAITHFUL or text.encode(settings.encoding) == data
    except UnicodeError:
        return data
    return text if faithful else data


def as_bytes(content: Content, settings: Settings) -> bytes:
    """Return content as it will be in the client's file."""
    return content if isinstance(content, bytes) else content.encode(settings.encoding, "replace")


def is_blank(content: Content) -> bool:
    """Say whether content is empty, or white space alone."""
    return not content or content.isspace()


def restrict_to_encoding(text: str, settings: Settings) -> str:
    """Return what a template made, with what the server's encoding lacks replaced by `?`."""
    if settings.encoding.lower().startswith("utf"):
        return text
    return text.encode(settings.encoding, "replace").decode(settings.encoding)


def set_content(entry: Element, content: Content, settings: Settings) -> None:
    """
    Make content the text of a bound entry, in the entry's encoding (:ref:`cfg-4`).

    :raises PluginExecutionError: if it is no text and the encoding is not base64
    """
    if not content:
        entry.set("empty", "true")
        entry.text = None
    elif entry.get("encoding") == "base64":
        entry.text = base64.b64encode(as_bytes(content, settings)).decode("ascii")
    else:
        text = _decode(entry, content, settings)
        try:
            entry.text = text
        except ValueError as error:  # lxml's own words, which the reference passes on
            raise PluginExecutionError(str(error)) from error


def _decode(entry: Element, content: Content, settings: Settings) -> str:
    if isinstance(content, str):
        return content
    try:
        return content.decode(settings.encoding)
    except UnicodeDecodeError as error:
        logger.error(
            "%s: the file is not %s; give it the encoding base64 in info.xml, or set "
            "[components] encoding", entry.get("name"), settings.encoding,
        )  # fmt: skip
        # the codec's name as the reference writes it, which reports and filters know
        reason = str(error).replace("'utf-8' codec", "'utf8' codec")
        raise PluginExecutionError(f"Failed to decode {entry.get('name')}: {reason}") from error
