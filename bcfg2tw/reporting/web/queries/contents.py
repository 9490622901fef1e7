"""Contents of files as they were reported, to be downloaded."""

from __future__ import annotations

import base64
import posixpath

from sqlalchemy import select

from bcfg2tw.reporting import tables
from bcfg2tw.reporting.lines import parse_line
from bcfg2tw.reporting.web.errors import NoSuchPage
from bcfg2tw.reporting.web.page import Download
from bcfg2tw.reporting.web.question import Question

_HEXADECIMAL = frozenset("0123456789abcdef")


def contents(question: Question) -> Download:
    """
    Return the file, or the difference, that an entry has.

    :raises NoSuchPage: if there is none
    """
    digest = question.path["digest"]
    if not set(digest) <= _HEXADECIMAL or len(digest) % 2:
        raise NoSuchPage("There is no such content.")
    entries = tables.entries.c
    query = select(entries.name, entries.detail).where(entries.digest == bytes.fromhex(digest))
    row = question.connection.execute(query).first()
    detail = {} if row is None or row.detail is None else parse_line(row.detail)
    if row is None or not {"base64", "text", "names"} & detail.keys():
        raise NoSuchPage("There is no such content; it may have been removed.")
    name = posixpath.basename(row.name) or "content"
    if "base64" in detail:
        return Download(name, base64.b64decode(detail["base64"]))
    text = detail["text"] if "text" in detail else "\n".join(detail["names"])
    return Download(f"{name}.txt", text.encode("utf-8"))
