"""
Handlers of a site's own, which are written for upstream's names, as kinds of files.

It takes a while to import: the names of upstream come with it.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from bcfg2tw.engine.documents.content import Content
from bcfg2tw.engine.documents.specificity import FOR_ALL, Specificity, specificity_of_suffix
from bcfg2tw.engine.model.client_metadata import ClientMetadata
from bcfg2tw.engine.plugin.context import PluginContext
from bcfg2tw.engine.plugins.cfg.created.creator_file import made_once
from bcfg2tw.engine.plugins.cfg.interfaces import (
    ContentGenerator,
    Creator,
    Filter,
    Info,
    PathFiles,
    Verifier,
)
from bcfg2tw.engine.plugins.cfg.kind import Kind, Role
from bcfg2tw.engine.repository.source import Source
from bcfg2tw.engine.siteplugins.adapter import own_metadata
from bcfg2tw.engine.siteplugins.current import running_for
from bcfg2tw.engine.siteplugins.failures import describe
from bcfg2tw.engine.siteplugins.monitor import Event
from bcfg2tw.engine.siteplugins.names import cfg as names
from bcfg2tw.engine.siteplugins.names.entrysets import SiteSpecificity
from bcfg2tw.engine.siteplugins.package import package_for
from bcfg2tw.engine.siteplugins.server import SiteServer
from bcfg2tw.engine.templates.site_code import site_code
from bcfg2tw.engine.xmlio import Element
from bcfg2tw.errors import PluginExecutionError, PluginInitError, RepositoryError

logger = logging.getLogger("bcfg2-server")

PACKAGE = "Bcfg2.Server.Plugins.Cfg"


def site_kinds(context: PluginContext, handlers: Iterable[str]) -> tuple[Kind, ...]:
    """
    Return the kinds of files that a site's own handlers take; those that fail are logged.

    :param handlers: what `handler_names` gave
    """
    package = package_for(context.settings)
    kinds = []
    for name in handlers:
        module, _, attribute = name.rpartition(".")
        try:
            handler = package.plugin_class(module or f"{PACKAGE}.{name}", attribute)
            kinds.append(_kind(handler, package.server(context)))
        except PluginInitError as error:
            logger.error("Cfg: handler %s cannot be used: %s", name, error)
    return tuple(kinds)


def _kind(handler: type[Any], server: SiteServer) -> Kind:
    """Return the kind of files that a handler takes."""
    for base, role, stand_in in _STAND_INS:
        if issubclass(handler, base):
            read: Callable[[Source, bytes], Any] = partial(_read, stand_in, handler, server)
            return SiteKind(
                handler.__name__,
                role,
                read,
                handler.__priority__,
                names=tuple(handler.__basenames__),
                extensions=tuple(f".{name.lstrip('.')}" for name in handler.__extensions__)
                or ("",),
                specific=bool(handler.__specific__),
                failure="{reason}",
            )
    raise PluginInitError(
        f"{handler.__name__} derives from none of CfgGenerator, CfgFilter, CfgVerifier, "
        f"CfgCreator and CfgInfo of {PACKAGE}"
    )


class SiteKind(Kind):
    """A kind of files that a site's handler takes; a path's name may stand before its own names."""

    def specificity(self, name: str, base: str) -> Specificity | None:
        """Return for whom a file is, None if it is not of this kind."""
        if not self.names:
            return super().specificity(name, base)
        for extension in self.extensions:
            for whole in self.names:
                if name.startswith(whole) and name.endswith(extension):
                    rest = name[len(whole) : len(name) - len(extension)]
                    match = specificity_of_suffix(rest)
                    if match is not None and (self.specific or match == FOR_ALL):
                        return match
        return None


def _read(
    stand_in: type[Any], handler: type[Any], server: SiteServer, source: Source, data: bytes
) -> Any:
    """
    Make a handler's object for a file.

    :raises RepositoryError: whatever the site's code raises
    """
    try:
        with running_for(server, None), site_code:
            base = os.path.basename(os.path.dirname(source.path))
            return stand_in(_object(handler, source, base), source.path, server)
    except Exception as error:  # a site's own code
        raise RepositoryError(source.path, describe(error)) from error


def _object(handler: type[Any], source: Source, base: str) -> Any:
    if issubclass(handler, (names.SiteCfgInfo, names.SiteCfgCreator)):
        made = handler(source.path)
    else:
        made = _make(handler, source, base)
    made.handle_event(Event(source.path, source.path, "exists"))
    return made


def _make(handler: type[Any], source: Source, base: str) -> Any:
    """Make an object as Bcfg2 1.4 does, else as 1.3, which gives the encoding as well."""
    specificity = _specificity(handler, os.path.basename(source.path), base)
    try:
        return handler(source.path, specificity)
    except TypeError as error:
        if "argument" not in str(error):
            raise
        return handler(source.path, specificity, source.settings.encoding)


def _specificity(handler: type[Any], name: str, base: str) -> SiteSpecificity:
    for whole in handler.__basenames__ or [base]:
        for extension in [f".{text.lstrip('.')}" for text in handler.__extensions__] or [""]:
            if name.startswith(whole) and name.endswith(extension):
                match = specificity_of_suffix(name[len(whole) : len(name) - len(extension)])
                if match is not None:
                    return SiteSpecificity(match.all, match.group, match.hostname, match.prio)
    return SiteSpecificity(all=True)


class _StandIn:
    """Stands for a handler's object among the files of a path."""

    def __init__(self, handler: Any, path: str, server: SiteServer) -> None:
        self.path = path
        self._handler = handler
        self._server = server

    def _call(self, method: str, *arguments: Any) -> Any:
        """
        Call the handler.

        :raises PluginExecutionError: whatever it raises, with the place where that is a defect
        """
        try:
            with running_for(self._server, None), site_code:
                return getattr(self._handler, method)(*arguments)
        except Exception as error:  # a site's own code
            raise PluginExecutionError(describe(error)) from error


class SiteGeneratorFile(_StandIn, ContentGenerator):
    """A file that content is made from by a site's handler."""

    def content(self, entry: Element, metadata: ClientMetadata) -> Content:
        """Return the content for a client."""
        return as_content(self._call("get_data", entry, own_metadata(metadata)))


class SiteFilterFile(_StandIn, Filter):
    """A file by which a site's handler changes content."""

    def modify(self, entry: Element, metadata: ClientMetadata, content: Content) -> Content:
        """Return the content as it is to be."""
        arguments = entry, own_metadata(metadata), content
        return as_content(self._call("modify_data", *arguments))


class SiteInfoFile(_StandIn, Info):
    """A file by which a site's handler gives attributes."""

    def bind(self, entry: Element, metadata: ClientMetadata) -> None:
        """Give an entry its attributes."""
        self._call("bind_info_to_entry", entry, own_metadata(metadata))


class SiteVerifierFile(_StandIn, Verifier):
    """A file by which a site's handler says whether content is right."""

    def verify(
        self, entry: Element, metadata: ClientMetadata, data: bytes, entry_set: PathFiles
    ) -> None:
        """Check the content, which the handler gets as text where it is text."""
        try:
            content: Content = data.decode(self._server.settings.encoding)
        except UnicodeDecodeError:
            content = data
        self._call("verify_entry", entry, own_metadata(metadata), content)


class SiteCreatorFile(_StandIn, Creator):
    """A file by which a site's handler makes content that is kept."""

    def create(self, entry: Element, metadata: ClientMetadata, entry_set: PathFiles) -> Content:
        """Make the content for a client, keep it, and return it."""
        return made_once(
            self, entry, metadata, entry_set, partial(self._make, entry, metadata, entry_set)
        )

    def _make(self, entry: Element, metadata: ClientMetadata, entry_set: PathFiles) -> Content:
        data = self._call("create_data", entry, own_metadata(metadata))
        entry_set.outdate(*self._handler.written)
        return as_content(data)


def as_content(value: Any) -> Content:
    """Return what a handler made, as text or bytes."""
    if isinstance(value, (str, bytes)):
        return value
    return "" if value is None else str(value)


_STAND_INS: tuple[tuple[type[Any], Role, type[Any]], ...] = (
    (names.SiteCfgGenerator, Role.GENERATOR, SiteGeneratorFile),
    (names.SiteCfgFilter, Role.FILTER, SiteFilterFile),
    (names.SiteCfgVerifier, Role.VERIFIER, SiteVerifierFile),
    (names.SiteCfgInfo, Role.INFO, SiteInfoFile),
    (names.SiteCfgCreator, Role.CREATOR, SiteCreatorFile),
)

__all__ = ["site_kinds"]
