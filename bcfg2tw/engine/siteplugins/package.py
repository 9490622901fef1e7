"""
The package `Bcfg2` as a site's own code sees it, and the modules of that code.

Such a module has an `import` of its own: it finds the names of `names/` and the site's modules,
neither of which is in `sys.modules`. So an installed Bcfg2 stays for everybody else what it is.
"""

from __future__ import annotations

import builtins
import importlib
import importlib.util
import logging
import os
import sys
import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from importlib.machinery import ModuleSpec
from types import FrameType, ModuleType
from typing import Any
from weakref import WeakValueDictionary

from bcfg2tw.engine.plugin.context import PluginContext
from bcfg2tw.engine.siteplugins import finding
from bcfg2tw.engine.siteplugins.current import note_settings
from bcfg2tw.engine.siteplugins.failures import MARK, describe
from bcfg2tw.engine.siteplugins.in_force import FormerOptions, OptionsInForce
from bcfg2tw.engine.siteplugins.names import index
from bcfg2tw.engine.siteplugins.names.options import SiteOptionGroup
from bcfg2tw.engine.siteplugins.server import SiteServer
from bcfg2tw.engine.templates import python2
from bcfg2tw.engine.templates.site_code import site_code
from bcfg2tw.engine.templates.site_importlib import SiteImportlib
from bcfg2tw.engine.templates.syntax import compiled
from bcfg2tw.errors import PluginInitError
from bcfg2tw.settings import Settings

logger = logging.getLogger("bcfg2-server")

PLUGINS = "Bcfg2.Server.Plugins"

#: What the names of a site's modules begin with, as far as Python is concerned: dataclasses and
#: pickles look there for the module of a class.
PREFIX = "bcfg2tw site "

#: Modules of Python 2 that have nothing but another name.
RENAMED = {
    "ConfigParser": "configparser",
    "Queue": "queue",
    "StringIO": "io",
    "__builtin__": "builtins",
    "cPickle": "pickle",
    "cStringIO": "io",
    "httplib": "http.client",
    "urlparse": "urllib.parse",
    "xmlrpclib": "xmlrpc.client",
}


class FacadeModule(ModuleType):
    """A module of `Bcfg2`; a name that it has not is refused with those that it has."""

    def __getattr__(self, name: str) -> Any:
        if not name.startswith("__") and self.__name__.startswith(f"{PLUGINS}."):
            plugin = self.__name__.rpartition(".")[2]
            if name == plugin and plugin in index.ENGINE_PLUGINS:
                vars(self)[name] = index.engine_class(plugin)
                return vars(self)[name]
        raise AttributeError(self.refusal(name))

    def refusal(self, name: str) -> str:
        """Return the sentence that says that there is no such name, and which there are."""
        names = ", ".join(sorted(key for key in vars(self) if not key.startswith("_")))
        return f"{self.__name__} has no {name} here; it has: {names or 'nothing'}"


class SitePackage:
    """
    The modules of one site; safe to use from any thread.

    :ivar options: `Bcfg2.Options.setup`
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.options = OptionsInForce(lambda: self.settings)
        self._lock = threading.RLock()
        self._modules: dict[str, ModuleType] = {}
        self._servers: WeakValueDictionary[int, SiteServer] = WeakValueDictionary()

    def server(self, context: PluginContext) -> SiteServer:
        """Return the core that plugins of a context know."""
        with self._lock:
            self.settings = context.settings
            server = self._servers.get(id(context))
            if server is None:
                server = self._servers[id(context)] = SiteServer(context, self.options)
            return server

    def load(self, name: str) -> ModuleType:
        """
        Return a module of `Bcfg2`, or of the site.

        :raises ModuleNotFoundError: if there is none
        """
        with self._lock:
            module = self._modules.get(name)
            return module if module is not None else self._load(name)

    def _load(self, name: str) -> ModuleType:
        parent_name, _, child = name.rpartition(".")
        parent = self.load(parent_name) if parent_name else None
        module = self._modules.get(name)  # the parent may have imported it
        if module is not None:
            return module
        module = self._facade(name) if name.partition(".")[0] == "Bcfg2" else None
        if module is None:
            spec = self._spec(name, parent)
            if spec is None:
                raise ModuleNotFoundError(f"No module named {name!r}", name=name)
            module = self._run(name, spec)
        if parent is not None:
            setattr(parent, child, module)
        return module

    def _facade(self, name: str) -> ModuleType | None:
        plugin = name.rpartition(".")[2]
        names = index.MODULES.get(name)
        if names is None and name == f"{PLUGINS}.{plugin}" and plugin in index.ENGINE_PLUGINS:
            names = {}
        if names is None:
            return None
        module = FacadeModule(name, f"{name}, as far as plugins of a site use it.")
        # a package each, so that modules of the site can be below it
        module.__path__ = []
        vars(module).update(names)
        vars(module).update(self._of_this_site(name))
        self._modules[name] = module
        return module

    def _of_this_site(self, name: str) -> dict[str, Any]:
        """Return what is another object in the module of each site."""
        if name == f"{PLUGINS}.Cfg":
            return {"SETUP": FormerOptions(self.options, lambda: self.settings)}
        if name == "Bcfg2.Options":
            return {"setup": self.options, "get_parser": self._parser, "Common": _Common()}
        return {}

    def _parser(self, *_: Any, **__: Any) -> Parser:
        return Parser(self)

    def _spec(self, name: str, parent: ModuleType | None) -> ModuleSpec | None:
        if name.partition(".")[0] != "Bcfg2":
            return finding.spec_of(name, None if parent is None else list(_path(parent)))
        folder = os.path.join(*name.split(".")[:-1])
        spec = finding.spec_of(name, list(finding.roots(folder)))
        if spec is None or spec.origin is None:
            return None
        of_bcfg2 = finding.is_installed_bcfg2(spec.origin) or _is_beside_core(spec.origin)
        return None if of_bcfg2 and not name.startswith(f"{PLUGINS}.") else spec

    def _run(self, name: str, spec: ModuleSpec) -> ModuleType:
        module = ModuleType(PREFIX + name)
        module.__spec__ = spec
        module.__package__ = name if spec.submodule_search_locations else name.rpartition(".")[0]
        if spec.submodule_search_locations is not None:
            module.__path__ = list(spec.submodule_search_locations)
        vars(module)[MARK] = True
        vars(module)["__builtins__"] = self.built_in(name)
        if spec.origin is None:
            self._modules[name] = module
            return module
        module.__file__ = spec.origin
        with open(spec.origin, "rb") as stream:
            source = stream.read()
        self._modules[name] = sys.modules[PREFIX + name] = module
        try:
            with site_code:
                exec(compiled(source, spec.origin), vars(module))
        except BaseException:
            self._modules.pop(name, None)
            sys.modules.pop(PREFIX + name, None)
            raise
        return module

    def built_in(self, module: str = "") -> dict[str, Any]:
        """Return what the code of a module finds as built in, its `import` among it."""
        return {
            **builtins.__dict__,
            **python2.names(self.settings),
            "__import__": SiteImport(self, module),
        }

    def is_of_site(self, name: str, importing: str) -> bool:
        """
        Say whether a module is to be seen by the site alone.

        That is so for modules of the package of who imports it, and for those that name Bcfg2.
        """
        if name in self._modules or name.partition(".")[0] == "Bcfg2":
            return True
        top = name.partition(".")[0]
        if top in sys.stdlib_module_names or top == "bcfg2tw":
            return False
        if top == importing.partition(".")[0]:
            return True
        spec = finding.module_spec(name)
        return spec is not None and finding.names_upstream(spec)

    def plugin_class(self, module: str, name: str) -> type[Any]:
        """
        Return a class of the site, its options taken in.

        :raises PluginInitError: if it cannot be had, with file and line
        """
        loaded = self._import_plugin(module)
        site_class = getattr(loaded, name, None)
        if not isinstance(site_class, type):
            raise PluginInitError(f"{loaded.__file__} has no class {name}")
        self.declare(site_class)
        return site_class

    def _import_plugin(self, module: str) -> ModuleType:
        try:
            return self.load(module)
        except SyntaxError as error:
            raise PluginInitError(_syntax_problem(error)) from error
        except Exception as error:  # a site's own code
            raise PluginInitError(_import_problem(module, error)) from error

    def declare(self, site_class: type[Any]) -> None:
        """Take in the options that a class, and those that it derives from, declare."""
        for base in site_class.__mro__:
            declared = vars(base).get("options", ())
            if isinstance(declared, (list, tuple)):
                self.options.declare(declared)
        hook = getattr(site_class, "options_parsed_hook", None)
        if callable(hook):
            hook()


class SiteImport:
    """The `import` of one module of a site, and an `importlib` that finds the same."""

    def __init__(self, package: SitePackage, module: str) -> None:
        self._package = package
        self._module = module
        self._importlib = SiteImportlib(self, self.find)

    def __call__(
        self,
        name: str,
        globals: Mapping[str, Any] | None = None,
        locals: Mapping[str, Any] | None = None,
        fromlist: Sequence[str] | None = (),
        level: int = 0,
    ) -> Any:
        full_name = self._absolute(name, globals, level)
        if not self._package.is_of_site(full_name, self._module):
            module = self._renamed(full_name) or builtins.__import__(
                name, globals, locals, fromlist or (), level
            )
            return self._importlib.in_place_of(module)
        module = self._package.load(full_name)
        if not fromlist:
            return self._package.load(full_name.partition(".")[0]) if not level else module
        for child in fromlist:
            self._load_child(module, child)
        return module

    def find(self, name: str, frame: FrameType | None = None) -> ModuleType | None:
        """
        Return a module of `Bcfg2`, of the site, or of Python 2; None for any other.

        :param name: in full; that which a module of the site has as its `__name__` will do
        :param frame: of the code that asks; it is not needed here
        :raises ModuleNotFoundError: if `Bcfg2` or the site has no such module
        """
        name = name.removeprefix(PREFIX)
        if self._package.is_of_site(name, self._module):
            return self._package.load(name)
        return self._renamed(name)

    def _renamed(self, name: str) -> ModuleType | None:
        renamed = RENAMED.get(name)
        if renamed is None or importlib.util.find_spec(name) is not None:
            return None
        return importlib.import_module(renamed)

    def _absolute(self, name: str, globals: Mapping[str, Any] | None, level: int) -> str:
        if not level:
            return name.removeprefix(PREFIX)
        package = (globals or {}).get("__package__") or ""
        base = package.rsplit(".", level - 1)[0] if level > 1 else package
        return f"{base}.{name}" if name else base

    def _load_child(self, module: ModuleType, child: str) -> None:
        """Import a name of a `from` that is a module itself, and refuse one that is nothing."""
        name = module.__name__.removeprefix(PREFIX)
        if child == "*":
            hasattr(module, name.rpartition(".")[2])  # has it load the plugin that it names
        if child == "*" or child in vars(module) or not hasattr(module, "__path__"):
            return
        try:
            self._package.load(f"{name}.{child}")
        except ModuleNotFoundError as error:
            if error.name != f"{name}.{child}":
                raise
            if isinstance(module, FacadeModule) and not hasattr(module, child):
                raise ImportError(module.refusal(child), name=name) from None


class _Common:
    """Upstream's `Bcfg2.Options.Common`: options that are declared already, under their names."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return SiteOptionGroup()


class Parser:
    """Upstream's parser, as far as plugins use it: they add options to it."""

    def __init__(self, package: SitePackage) -> None:
        self._package = package
        self.configfile = package.settings.config

    def add_options(self, options: Sequence[Any]) -> None:
        """Declare options."""
        self._package.options.declare(options)

    def add_component(self, component: type[Any]) -> None:
        """Declare the options of a class."""
        self._package.declare(component)

    def parse(self, *_: Any, **__: Any) -> None:
        """Do nothing: options are what they are at any time."""

    reparse = parse


def _path(module: ModuleType) -> Sequence[str]:
    path: Sequence[str] = getattr(module, "__path__", ())
    return path


def _is_beside_core(path: str) -> bool:
    folder = os.path.dirname(path)
    while os.path.basename(folder) and os.path.basename(folder) != "Bcfg2":
        folder = os.path.dirname(folder)
    return os.path.isfile(os.path.join(folder, "Server", "Core.py"))


def _syntax_problem(error: SyntaxError) -> str:
    place = f"{error.filename}:{error.lineno}"
    diagnosis = python2.diagnosis(error, error.text or "")
    if diagnosis is None:
        return f"{place}: {error.msg}"
    return f"{place}: {error.msg} ({diagnosis}); `bcfg2tw migrate --patch FILE` writes a patch"


def _import_problem(module: str, error: Exception) -> str:
    text = describe(error)
    diagnosis = python2.diagnosis(error)
    if diagnosis is not None:
        return f"{text} ({diagnosis}); `bcfg2tw migrate --patch FILE` writes a patch"
    if isinstance(error, ModuleNotFoundError):
        name = error.name or ""
        if name.partition(".")[0] == "Bcfg2":
            return f"{text}: that part of Bcfg2 is not here (docs/site-plugins.rst)"
        if name != module:
            return f"{text}: install what it needs"
    return text


_packages: OrderedDict[tuple[str | None, str], SitePackage] = OrderedDict()
_packages_guard = threading.Lock()
#: Packages that are kept for those who come again with the same site.
MOST_PACKAGES = 8


def package_for(settings: Settings) -> SitePackage:
    """Return the package of the site that settings are of."""
    key = settings.config, settings.repository
    with _packages_guard:
        package = _packages.pop(key, None) or SitePackage(settings)
        package.settings = settings
        note_settings(settings)
        _packages[key] = package
        while len(_packages) > MOST_PACKAGES:
            _packages.popitem(last=False)
    return package


def import_for(settings: Settings) -> SiteImport:
    """Return the `import` by which templates and helpers of a site find upstream's names."""
    return SiteImport(package_for(settings), "")
