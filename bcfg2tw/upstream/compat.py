"""
Names of the standard library that upstream Bcfg2 uses and later Pythons have dropped.

Upstream was last released for Python 2.7 and 3.6; it, its plugins, and pyinotify, which tells it of
changed files, stop at names that are gone since. `bring_back` puts these names where they were, as
thin facades over what replaced them. What a Python still has is left alone. It is called for
`--core upstream` alone, since it changes modules that the whole process shares.
"""

from __future__ import annotations

import collections
import collections.abc
import configparser
import importlib
import importlib.util
import inspect
import shlex
import shutil
import ssl
import sys
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from importlib.machinery import SourceFileLoader
from socket import socket
from types import ModuleType
from typing import Any, NamedTuple

#: These were never in `collections`, or importing them warns.
_NEVER_IN_COLLECTIONS = frozenset({"Buffer", "ByteString"})


def bring_back() -> None:
    """Put back every name that is missing; a second call finds none."""
    for name in set(collections.abc.__all__) - _NEVER_IN_COLLECTIONS:
        _add(collections, name, getattr(collections.abc, name))
    _add(inspect, "getargspec", getargspec)
    _add(ssl, "wrap_socket", wrap_socket)
    _add(configparser, "SafeConfigParser", configparser.ConfigParser)
    _add(configparser.RawConfigParser, "readfp", readfp)
    for module, names in _MODULES.items():
        _add_module(module, names)


def _add(owner: object, name: str, value: object) -> None:
    if not hasattr(owner, name):
        setattr(owner, name, value)


def _add_module(name: str, names: Mapping[str, object]) -> None:
    if name in sys.modules or importlib.util.find_spec(name) is not None:
        return
    module = ModuleType(name, "Brought back for upstream Bcfg2.")
    vars(module).update(names)
    sys.modules[name] = module
    package, _, child = name.rpartition(".")
    if package:
        setattr(sys.modules[package], child, module)


# collections, inspect, ssl, configparser


class ArgSpec(NamedTuple):
    """The result of `inspect.getargspec`, as it was until Python 3.10."""

    args: list[str]
    varargs: str | None
    keywords: str | None
    defaults: tuple[Any, ...] | None


def getargspec(function: Callable[..., Any]) -> ArgSpec:
    """Describe a function's positional parameters, as `inspect.getargspec` (until Python 3.10)."""
    spec = inspect.getfullargspec(function)
    return ArgSpec(spec.args, spec.varargs, spec.varkw, spec.defaults)


def wrap_socket(
    sock: socket,
    keyfile: str | None = None,
    certfile: str | None = None,
    server_side: bool = False,
    cert_reqs: int = ssl.CERT_NONE,
    ssl_version: int = ssl.PROTOCOL_TLS,
    ca_certs: str | None = None,
    do_handshake_on_connect: bool = True,
    suppress_ragged_eofs: bool = True,
    ciphers: str | None = None,
) -> ssl.SSLSocket:
    """Speak TLS on a socket, as `ssl.wrap_socket` (until Python 3.11)."""
    context = ssl.SSLContext(ssl_version)
    context.check_hostname = False
    context.verify_mode = ssl.VerifyMode(cert_reqs)
    if ca_certs is not None:
        context.load_verify_locations(ca_certs)
    if certfile is not None:
        context.load_cert_chain(certfile, keyfile)
    if ciphers is not None:
        context.set_ciphers(ciphers)
    return context.wrap_socket(
        sock,
        server_side=server_side,
        do_handshake_on_connect=do_handshake_on_connect,
        suppress_ragged_eofs=suppress_ragged_eofs,
    )


def readfp(
    parser: configparser.RawConfigParser, fp: Iterable[str], filename: str | None = None
) -> None:
    """Read an open file, as `RawConfigParser.readfp` (until Python 3.11)."""
    parser.read_file(fp, filename)


# imp, pipes, distutils, asyncore


def load_source(name: str, pathname: str) -> ModuleType:
    """Import a file under a name, as `imp.load_source` (until Python 3.11)."""
    spec = importlib.util.spec_from_file_location(
        name, pathname, loader=SourceFileLoader(name, pathname)
    )
    if spec is None or spec.loader is None:
        raise ImportError(f"{pathname} cannot be imported", name=name, path=pathname)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    with ExitStack() as failure:
        failure.callback(sys.modules.pop, name, None)
        spec.loader.exec_module(module)
        failure.pop_all()
    return module


def find_executable(executable: str, path: str | None = None) -> str | None:
    """Find a program, as `distutils.spawn.find_executable` (until Python 3.11)."""
    return shutil.which(executable, path=path)


class FileDispatcher:
    """
    In the place of `asyncore.file_dispatcher` (until Python 3.11).

    Importing pyinotify needs it as the base of a class that nothing here makes an object of.
    """

    def __init__(self, *arguments: object) -> None:
        raise NotImplementedError(
            "asyncore is gone from Python; install pyasyncore where a plugin needs it"
        )


_MODULES: Mapping[str, Mapping[str, object]] = {
    "imp": {
        "load_source": load_source,
        "new_module": ModuleType,
        "reload": importlib.reload,
    },
    "pipes": {"quote": shlex.quote},
    "distutils": {"__path__": []},
    "distutils.spawn": {"find_executable": find_executable},
    "asyncore": {"file_dispatcher": FileDispatcher},
}
