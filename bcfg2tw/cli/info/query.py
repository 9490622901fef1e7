"""`query`: clients by group, profile or bundle, or by an expression of all of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from fnmatch import fnmatchcase

import click

from bcfg2tw.cli.looking import Site, pass_site
from bcfg2tw.cli.output import json_option, show_lines
from bcfg2tw.engine.model.client_metadata import ClientMetadata
from bcfg2tw.errors import Bcfg2Error
from bcfg2tw.settings.types import comma_list

__all__ = ["parse_expression", "query"]

Test = Callable[[ClientMetadata], bool]

_TOKEN = re.compile(r"\s*(?:([()&|!])|([^\s()&|!]+))")

_NAMES: dict[str, Callable[[ClientMetadata], Iterator[str]]] = {
    "group": lambda client: iter(client.groups),
    "bundle": lambda client: iter(client.bundles),
    "profile": lambda client: iter(() if client.profile is None else (client.profile,)),
    "client": lambda client: iter((client.hostname,)),
}


@click.command("query")
@pass_site
@json_option
@click.option("-g", "--group", metavar="GROUP,...", help="Clients in all of the groups.")
@click.option("-p", "--profile", metavar="PROFILE,...", help="Clients with any of the profiles.")
@click.option("-b", "--bundle", metavar="BUNDLE,...", help="Clients with all of the bundles.")
@click.argument("expression", required=False, metavar="[expression]")
def query(
    site: Site, group: str | None, profile: str | None, bundle: str | None,
    expression: str | None, as_json: bool,
) -> None:  # fmt: skip
    """
    List the clients that are meant, one a line.

    An expression joins tests by & (and), | (or), ! (not) and parentheses; a test is group:NAME,
    bundle:NAME, profile:NAME or client:NAME, where NAME may have wildcards:
    'group:web* & !bundle:db'.
    """
    site.read_clients_alone()
    selectors = [selector for selector in (group, profile, bundle, expression) if selector]
    if len(selectors) != 1:
        raise click.UsageError("give one of --group, --profile, --bundle and an expression")
    test = _selected(group, profile, bundle) if expression is None else _parsed(expression)
    clients = map(site.metadata, site.hosts())
    show_lines([client.hostname for client in clients if test(client)], as_json)


def _selected(group: str | None, profile: str | None, bundle: str | None) -> Test:
    names = set(comma_list(group or profile or bundle or ""))
    if group is not None:
        return lambda client: names <= client.groups
    if profile is not None:
        return lambda client: client.profile in names
    return lambda client: names <= client.bundles


def _parsed(expression: str) -> Test:
    try:
        return parse_expression(expression)
    except Bcfg2Error as error:
        raise click.UsageError(str(error)) from error


def parse_expression(text: str) -> Test:
    """
    Return the test that an expression describes; `!` binds closer than `&`, that closer than `|`.

    :raises Bcfg2Error: if it cannot be understood
    """
    return _Parser(text).whole()


class _Parser:
    """Reads an expression from left to right."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = [match[1] or match[2] for match in _TOKEN.finditer(text)]

    def whole(self) -> Test:
        """Read the expression to its end."""
        test = self._either()
        if self._tokens:
            raise self._error(f"{self._tokens[0]!r} is not expected there")
        return test

    def _either(self) -> Test:
        tests = [self._both()]
        while self._takes("|"):
            tests.append(self._both())
        return tests[0] if len(tests) == 1 else lambda client: any(test(client) for test in tests)

    def _both(self) -> Test:
        tests = [self._single()]
        while self._takes("&"):
            tests.append(self._single())
        return tests[0] if len(tests) == 1 else lambda client: all(test(client) for test in tests)

    def _single(self) -> Test:
        if self._takes("!"):
            test = self._single()
            return lambda client: not test(client)
        if self._takes("("):
            test = self._either()
            if not self._takes(")"):
                raise self._error("a ) is missing")
            return test
        return self._named(self._tokens.pop(0) if self._tokens else "")

    def _named(self, word: str) -> Test:
        kind, _, pattern = word.partition(":")
        names = _NAMES.get(kind)
        if names is None or not pattern:
            kinds = ", ".join(f"{kind}:NAME" for kind in _NAMES)
            raise self._error(f"{word!r} is no test: write one of {kinds}")
        return lambda client: any(fnmatchcase(name, pattern) for name in names(client))

    def _takes(self, token: str) -> bool:
        if self._tokens[:1] != [token]:
            return False
        del self._tokens[0]
        return True

    def _error(self, reason: str) -> Bcfg2Error:
        return Bcfg2Error(f"{self._text!r}: {reason}")
