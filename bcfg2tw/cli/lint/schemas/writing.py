"""The schemas as files for editors: RELAX NG in both syntaxes, and rules for Emacs."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from typing import Any, cast

import click
from lxml import etree

from bcfg2tw.cli.lint.schemas.compact import compact
from bcfg2tw.cli.lint.schemas.grammar import relax_ng
from bcfg2tw.cli.lint.schemas.kinds import SCHEMAS

__all__ = ["schema_files", "write_all"]

LOCATING = "http://thaiopensource.com/ns/locating-rules/1.0"


def write_all(folder: str) -> None:
    """
    Write all schemas to a folder, which is made where it is missing.

    :raises click.ClickException: if that cannot be done
    """
    try:
        os.makedirs(folder, exist_ok=True)
        for name, content in schema_files():
            with open(os.path.join(folder, name), "w", encoding="utf-8") as stream:
                stream.write(content)
    except OSError as error:
        raise click.ClickException(
            f"{error.filename} cannot be written: {error.strerror}"
        ) from error


def schema_files() -> Iterator[tuple[str, str]]:
    """Yield names and contents: a `.rng` and a `.rnc` each, and `schemas.xml` for Emacs."""
    for schema in SCHEMAS:
        grammar = relax_ng(schema.kind)
        yield f"{schema.name}.rng", _text(grammar)
        yield f"{schema.name}.rnc", compact(grammar)
    yield "schemas.xml", _locating_rules()


def _locating_rules() -> str:
    """Return the rules by which Emacs' nXML mode finds the schema of a file."""
    root = etree.Element(f"{{{LOCATING}}}locatingRules", nsmap=cast(Any, {None: LOCATING}))
    for schema in SCHEMAS:
        for pattern in _patterns(schema.kind.plugins, schema.kind.names):
            etree.SubElement(
                root, f"{{{LOCATING}}}uri", pattern=pattern, uri=f"{schema.name}.rnc"
            )  # fmt: skip
    return _text(root)


def _patterns(plugins: Iterable[str], names: Iterable[str]) -> Iterator[str]:
    for plugin in plugins:
        for name in names:
            yield f"*/{plugin}/{name}"


def _text(root: etree._Element) -> str:
    etree.indent(root)
    return etree.tostring(
        root, encoding="utf-8", xml_declaration=True, pretty_print=True
    ).decode()  # fmt: skip
