"""A plugin of the engine that stands for an object of a site's own class."""

from __future__ import annotations

import copy
import inspect
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any

from bcfg2tw.engine.model.client_metadata import OWN_COLLECTIONS, ClientMetadata
from bcfg2tw.engine.plugin import interfaces
from bcfg2tw.engine.plugin.base import Binder, Plugin
from bcfg2tw.engine.plugin.context import PluginContext
from bcfg2tw.engine.repository.files import Files
from bcfg2tw.engine.siteplugins.current import running_for
from bcfg2tw.engine.siteplugins.failures import describe
from bcfg2tw.engine.siteplugins.names import index
from bcfg2tw.engine.siteplugins.names.base import SitePlugin
from bcfg2tw.engine.siteplugins.package import SitePackage
from bcfg2tw.engine.siteplugins.server import SiteServer
from bcfg2tw.engine.siteplugins.turns import PluginTurns
from bcfg2tw.engine.templates.site_code import site_code
from bcfg2tw.engine.xmlio import Element
from bcfg2tw.errors import PluginInitError

_OWN = "collections of its own"


class SiteHost:
    """
    The one object of a site's class in a core, and the way into its code.

    :ivar plugin: the object
    """

    def __init__(self, site_class: type[Any], server: SiteServer) -> None:
        self._server = server
        self._turns = PluginTurns(str(site_class.name))
        self._name = str(site_class.name)
        self.plugin: Any = None
        with self.changing():
            self.plugin = self._make(site_class)

    def _make(self, site_class: type[Any]) -> Any:
        arguments: tuple[Any, ...] = (self._server,)
        if _takes_datastore(site_class):
            arguments = (self._server, self._server.datastore)
        try:
            return site_class(*arguments)
        except PluginInitError:
            raise
        except Exception as error:  # a site's own code
            raise PluginInitError(describe(error)) from error

    def __str__(self) -> str:
        return f"plugin {self._name}"

    @contextmanager
    def calling(self) -> Iterator[None]:
        """Surround a call of the site's code."""
        with running_for(self._server, self), self._turns.calling(), site_code:
            yield

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Surround code of the site beside which no call runs."""
        with running_for(self._server, self), self._turns.changing(), site_code:
            yield

    def call(self, method: str, *arguments: Any) -> Any:
        """Call a method of the object."""
        with self.calling():
            return getattr(self.plugin, method)(*arguments)

    def tell(self) -> None:
        """Tell the object which files have changed."""
        if not self._server.fam.is_current(self):
            with self.changing():
                self._server.fam.tell(self)

    def is_current(self) -> bool:
        """Say whether there is nothing to tell."""
        return bool(self._server.fam.is_current(self))

    def watched(self) -> tuple[str, ...]:
        """Return the paths that the object watches."""
        return tuple(self._server.fam.paths(self))

    def end(self) -> None:
        """Let the object end what it has running."""
        self._server.terminate.set()
        self.call("shutdown")


def _takes_datastore(site_class: type[Any]) -> bool:
    """Say whether a class is made as in Bcfg2 1.3, with the repository as a second argument."""
    try:
        inspect.signature(site_class).bind(None)
    except TypeError:
        return True
    except ValueError:  # of a class that Python cannot look into
        return False
    return False


class SiteBinders(Mapping[str, Binder]):
    """The entries of one tag that a site's object lists now."""

    def __init__(self, host: SiteHost, tag: str) -> None:
        self._host = host
        self._tag = tag

    def _binders(self) -> Mapping[str, Any]:
        return self._host.plugin.Entries.get(self._tag) or {}

    def __getitem__(self, name: str) -> Binder:
        return partial(_bind, self._host, self._binders()[name])

    def __contains__(self, name: object) -> bool:
        return name in self._binders()

    def __iter__(self) -> Iterator[str]:
        return iter(list(self._binders()))

    def __len__(self) -> int:
        return len(self._binders())


class SiteEntries(Mapping[str, Mapping[str, Binder]]):
    """The entries that a site's object lists now, by tag."""

    def __init__(self, host: SiteHost) -> None:
        self._host = host

    def _tags(self) -> Mapping[str, Any]:
        return getattr(self._host.plugin, "Entries", {})

    def __getitem__(self, tag: str) -> Mapping[str, Binder]:
        if tag not in self._tags():
            raise KeyError(tag)
        return SiteBinders(self._host, tag)

    def __iter__(self) -> Iterator[str]:
        return iter(list(self._tags()))

    def __len__(self) -> int:
        return len(self._tags())


def _bind(host: SiteHost, binder: Callable[..., Any], entry: Element, metadata: Any) -> None:
    with host.calling():
        binder(entry, own_metadata(metadata))


def own_metadata(metadata: ClientMetadata) -> ClientMetadata:
    """Give the metadata of a build collections of their own, for a site's code to change."""
    if _OWN not in metadata.scratch:
        for name in OWN_COLLECTIONS:
            setattr(metadata, name, copy.copy(getattr(metadata, name)))
        metadata.scratch[_OWN] = True
    return metadata


class SiteAdapter(Plugin):
    """
    The plugin of a snapshot that stands for a site's object; that is one for all snapshots.

    :cvar site_class: the site's class
    :cvar package: the modules that it is of
    """

    site_class: Any
    package: SitePackage

    def __init__(
        self, context: PluginContext, files: Files, previous: SiteAdapter | None = None
    ) -> None:
        super().__init__(context, files, previous)
        server = self.package.server(context)
        self._host = self.lasting.keep("object", lambda: SiteHost(self.site_class, server))
        self._host.tell()
        self.Entries = SiteEntries(self._host)

    @property
    def site_plugin(self) -> Any:
        """The site's object."""
        return self._host.plugin

    def is_current(self, files: Files) -> bool:
        """Say whether there is nothing to tell the site's object."""
        return super().is_current(files) and self._host.is_current()

    def watched(self) -> tuple[str, ...]:
        """Return the paths that the site's object watches, and the plugin's own."""
        inside = (self.files.folder, f"{self.files.folder}/")
        outside = (
            path
            for path in self._host.watched()
            if path != inside[0] and not path.startswith(inside[1])
        )
        return (*super().watched(), *outside)

    def shutdown(self) -> None:
        """Let the site's object end what it has running."""
        self._host.end()

    def set_debug(self, debug: object) -> bool:
        """Switch debug messages; returns the new state."""
        self._host.call("set_debug", debug)
        return super().set_debug(debug)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or name == "_host":
            raise AttributeError(name)
        value = getattr(self._host.plugin, name)
        return partial(self._host.call, name) if inspect.ismethod(value) else value


class _Generating(SiteAdapter, interfaces.Generator):
    """Binds the entries that are listed."""


class _Claiming(_Generating):
    """Binds entries that are not listed as well."""

    def HandlesEntry(self, entry: Element, metadata: ClientMetadata) -> bool:
        return bool(self._host.call("HandlesEntry", entry, own_metadata(metadata)))

    def HandleEntry(self, entry: Element, metadata: ClientMetadata) -> None:
        self._host.call("HandleEntry", entry, own_metadata(metadata))


class _Structure(SiteAdapter, interfaces.Structure):
    def BuildStructures(self, metadata: ClientMetadata) -> list[Element]:
        return list(self._host.call("BuildStructures", own_metadata(metadata)))


class _Connector(SiteAdapter, interfaces.Connector):
    def get_additional_groups(self, metadata: ClientMetadata) -> Any:
        return self._host.call("get_additional_groups", metadata) or ()

    def get_additional_data(self, metadata: ClientMetadata) -> Any:
        return self._host.call("get_additional_data", metadata)


class _Probing(SiteAdapter, interfaces.Probing):
    def GetProbes(self, metadata: ClientMetadata) -> list[Element]:
        return list(self._host.call("GetProbes", metadata.unconnected()))

    def ReceiveData(self, metadata: ClientMetadata, datalist: Any) -> None:
        self._host.call("ReceiveData", metadata.unconnected(), datalist)


class _Statistics(SiteAdapter, interfaces.Statistics):
    def process_statistics(self, metadata: ClientMetadata, document: Element) -> None:
        self._host.call("process_statistics", metadata.unconnected(), copy.deepcopy(document))


class _Decision(SiteAdapter, interfaces.Decision):
    def GetDecisions(self, metadata: ClientMetadata, mode: str) -> list[tuple[str, str]]:
        return list(self._host.call("GetDecisions", metadata.unconnected(), mode))


class _StructureValidator(SiteAdapter, interfaces.StructureValidator):
    def validate_structures(self, metadata: ClientMetadata, structures: list[Element]) -> None:
        self._host.call("validate_structures", own_metadata(metadata), structures)


class _GoalValidator(SiteAdapter, interfaces.GoalValidator):
    def validate_goals(self, metadata: ClientMetadata, config: Element) -> None:
        self._host.call("validate_goals", own_metadata(metadata), config)


class _Hooks(SiteAdapter, interfaces.ClientRunHooks):
    def start_client_run(self, metadata: ClientMetadata) -> None:
        self._host.call("start_client_run", own_metadata(metadata))

    def end_client_run(self, metadata: ClientMetadata) -> None:
        self._host.call("end_client_run", own_metadata(metadata))

    def end_statistics(self, metadata: ClientMetadata) -> None:
        self._host.call("end_statistics", metadata.unconnected())


class _ACLs(SiteAdapter, interfaces.ClientACLs):
    def check_acl_ip(self, address: Any, rmi: str) -> bool | None:
        allowed: bool | None = self._host.call("check_acl_ip", address, rmi)
        return allowed

    def check_acl_metadata(self, metadata: ClientMetadata, rmi: str) -> bool:
        return bool(self._host.call("check_acl_metadata", metadata.unconnected(), rmi))


class _Variables(SiteAdapter, interfaces.TemplateDataProvider):
    def get_template_data(self, entry: Element, metadata: ClientMetadata, template: str) -> Any:
        return self._host.call("get_template_data", entry, metadata, template)

    def get_xml_template_data(self, structfile: Any, metadata: ClientMetadata) -> Any:
        return self._host.call("get_xml_template_data", structfile, metadata)


class _Threaded(SiteAdapter, interfaces.Threaded):
    def start_threads(self) -> None:
        self._host.call("start_threads")


class _PullSource(SiteAdapter, interfaces.PullSource):
    def GetExtra(self, client: str) -> Any:
        return self._host.call("GetExtra", client)

    def GetCurrentEntry(self, client: str, e_type: str, e_name: str) -> Any:
        return self._host.call("GetCurrentEntry", client, e_type, e_name)


class _Version(SiteAdapter, interfaces.Version):
    def get_revision(self) -> str:
        return str(self._host.call("get_revision"))


#: What stands for the roles of upstream's plugins.
_ROLES: Mapping[str, type[SiteAdapter]] = {
    "Generator": _Generating,
    "Structure": _Structure,
    "Connector": _Connector,
    "Probing": _Probing,
    "Statistics": _Statistics,
    "Threaded": _Threaded,
    "PullSource": _PullSource,
    "Decision": _Decision,
    "StructureValidator": _StructureValidator,
    "GoalValidator": _GoalValidator,
    "ClientRunHooks": _Hooks,
    "ClientACLs": _ACLs,
    "TemplateDataProvider": _Variables,
    "Version": _Version,
}


def adapt(package: SitePackage, site_class: type[Any], place: str) -> type[Plugin]:
    """
    Return a plugin of the engine that stands for a class of a site.

    :param place: where the class is, for messages
    :raises PluginInitError: if it cannot be used
    """
    _check(site_class, place)
    roles = tuple(_roles_of(site_class))
    members = {
        "__doc__": site_class.__doc__,
        "name": str(site_class.name),
        "site_class": site_class,
        "package": package,
        "create": bool(site_class.create),
        "conflicts": list(site_class.conflicts),
        "sort_order": site_class.sort_order,
        "experimental": bool(site_class.experimental),
        "deprecated": bool(site_class.deprecated),
        "__rmi__": [name for name in site_class.__rmi__ if hasattr(site_class, name)],
        "__child_rmi__": list(site_class.__child_rmi__),
    }
    adapter: type[Plugin] = type(site_class.__name__, roles or (SiteAdapter,), members)
    return adapter


def _roles_of(site_class: type[Any]) -> Iterator[type[SiteAdapter]]:
    for name, role in _ROLES.items():
        upstream = index.ROLES[name][0]
        if not issubclass(site_class, upstream):
            continue
        is_generator = name == "Generator"
        yield _Claiming if is_generator and _claims(site_class, upstream) else role


def _claims(site_class: Any, generator: Any) -> bool:
    """Say whether a class binds entries beside those that it lists."""
    return site_class.HandlesEntry is not generator.HandlesEntry


def _check(site_class: type[Any], place: str) -> None:
    if issubclass(site_class, Plugin):
        raise PluginInitError(
            f"{place}: {site_class.__name__} derives from a plugin of this server, which is not "
            "made as upstream's is: derive it from Bcfg2.Server.Plugin.Plugin and its roles"
        )
    if not issubclass(site_class, SitePlugin):
        raise PluginInitError(
            f"{place}: {site_class.__name__} does not derive from Bcfg2.Server.Plugin.Plugin"
        )
    if issubclass(site_class, index.ROLES["Metadata"][0]):
        raise PluginInitError(
            f"{place}: {site_class.__name__} takes the place of Metadata, which only a plugin "
            "for this server can (docs/writing-plugins.rst), or --core upstream"
        )


__all__ = ["SiteAdapter", "SiteHost", "adapt", "own_metadata"]
