"""GroupLogic: groups that a template works out for each client (:ref:`templates-and-data-5`)."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import ClassVar

from genshi.template import TemplateError

from bcfg2tw.engine.documents.conditions import CONDITIONS, Subject, holds
from bcfg2tw.engine.documents.structfile import StructFile
from bcfg2tw.engine.model.client_metadata import ClientMetadata, MetadataGroup
from bcfg2tw.engine.plugin.base import Plugin
from bcfg2tw.engine.plugin.context import PluginContext
from bcfg2tw.engine.plugin.interfaces import Connector
from bcfg2tw.engine.repository.files import Files
from bcfg2tw.engine.templates.failures import render_failure
from bcfg2tw.engine.templates.python_files import located
from bcfg2tw.engine.xmlio import Element, is_element
from bcfg2tw.errors import PluginExecutionError, RepositoryError

GROUPS = "groups.xml"

#: How many clients' groups may need each other. Each further one multiplies the work: where all
#: of n clients ask for each other's groups there are n! ways to go.
DEPTH_LIMIT = 7


class GroupsFile(StructFile):
    """
    The file that declares groups.

    A `Group` without elements in it is a declaration; with elements, it is a condition.
    """

    conditions: ClassVar[Mapping[str, Subject]] = {}  # they are not what they are elsewhere

    def declared(self, metadata: ClientMetadata) -> list[Element]:
        """
        Return the declarations that apply to a client and stand below nothing but conditions.

        :raises PluginExecutionError: with file and line, if the template fails
        """
        try:
            root = self._document(metadata).root
        except (PluginExecutionError, RepositoryError, TemplateError) as error:
            raise PluginExecutionError(str(error)) from error
        except Exception as error:  # the template's own code
            failure = render_failure(self.template, error)
            reason = located(f"{failure.place}: {failure.reason}", error)
            raise PluginExecutionError(reason) from error
        finally:
            metadata.scratch.pop(self, None)  # metadata that are kept must not keep the document
        answers = {tag: frozenset(subject(metadata)) for tag, subject in CONDITIONS.items()}
        return list(_declarations(root, answers))


def _declarations(parent: Element, answers: Mapping[str, frozenset[str]]) -> Iterator[Element]:
    for child in parent:
        if child.tag == "Group" and not any(map(is_element, child)):
            if child.get("name"):
                yield child
        elif child.tag in answers and holds(child, answers):
            yield from _declarations(child, answers)


class GroupLogic(Plugin, Connector):
    """
    Adds the groups that `GroupLogic/groups.xml` declares for a client.

    It comes after the other connectors, whose groups it sees. The file may ask for other
    clients, and so for the groups that it declares for them itself: while a client's groups are
    being worked out, it has none of them for those who ask.
    """

    sort_order = 1000

    def __init__(
        self, context: PluginContext, files: Files, previous: GroupLogic | None = None
    ) -> None:
        super().__init__(context, files, previous)
        self._file = files.load(GROUPS, GroupsFile)
        self._problem = files.problem(GROUPS, GroupsFile)
        self._thread = threading.local()

    def get_additional_groups(self, metadata: ClientMetadata) -> list[str | MetadataGroup]:
        """
        Return the groups; those with a category are defined as well.

        :raises PluginExecutionError: if the template fails, or the file never was understood:
            without its groups the client would get a wrong configuration
        """
        hosts = self._in_progress()
        if metadata.hostname in hosts:
            return []
        with self._working_on(metadata.hostname, hosts):
            return [_group(element) for element in self._declared(metadata)]

    def _in_progress(self) -> list[str]:
        """Return the clients that this thread is at work for, the one inside the other."""
        hosts: list[str] = self._thread.__dict__.setdefault("hosts", [])
        return hosts

    @contextmanager
    def _working_on(self, hostname: str, hosts: list[str]) -> Iterator[None]:
        if len(hosts) >= DEPTH_LIMIT:
            raise PluginExecutionError(
                f"GroupLogic: {self.files.path(GROUPS)}: the groups of {hosts[0]} need those of "
                f"{', '.join(hosts[1:])} and {hostname}, each of which asks for the next; ask "
                "metadata.query for clients by group only inside a condition that few clients meet"
            )
        hosts.append(hostname)
        try:
            yield
        finally:
            hosts.pop()

    def _declared(self, metadata: ClientMetadata) -> list[Element]:
        try:
            if self._file is not None:
                return self._file.declared(metadata)
            if self._problem in self.files.unread:
                raise PluginExecutionError(str(self._problem))
        except PluginExecutionError as error:
            raise self._failure(metadata, error) from error
        return []

    def _failure(self, metadata: ClientMetadata, error: PluginExecutionError) -> Exception:
        text = str(error)
        if text.startswith("GroupLogic: "):  # of another client that this one asked for
            return error
        self.logger.error("GroupLogic: %s: %s", metadata.hostname, text)
        return PluginExecutionError(f"GroupLogic: {text}")


def _group(declaration: Element) -> str | MetadataGroup:
    name, category = declaration.get("name", ""), declaration.get("category")
    return name if category is None else MetadataGroup(name, category=category)
