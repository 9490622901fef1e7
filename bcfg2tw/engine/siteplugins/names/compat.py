"""`Bcfg2.Compat`: names that were elsewhere in Python 2, as they are in Python 3."""

from __future__ import annotations

import ast
import base64
import builtins
import collections
import collections.abc
import configparser
import email.utils
import functools
import hashlib
import http.client
import http.cookiejar
import io
import itertools
import pickle
import pkgutil
import queue
import socketserver
import urllib.error
import urllib.parse
import urllib.request
import xmlrpc.client
import xmlrpc.server
from contextlib import ExitStack
from string import capwords
from typing import Any

from bcfg2tw.engine.templates.python2 import cmp


def u_str(string: Any, encoding: str | None = None) -> str:
    """Return text."""
    return string.decode(encoding or "utf-8") if isinstance(string, bytes) else str(string)


def b64encode(value: Any, *arguments: Any) -> str:
    """Encode bytes, or text as UTF-8, as text."""
    data = value.encode("utf-8") if isinstance(value, str) else value
    return base64.b64encode(data, *arguments).decode("ascii")


def b64decode(value: Any, *arguments: Any) -> Any:
    """Decode base64: bytes into bytes, text into text where that is UTF-8."""
    data = base64.b64decode(value, *arguments)
    if isinstance(value, bytes):
        return data
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data


def md5(value: Any = b"") -> Any:
    """Return the MD5 of bytes, or of text as UTF-8."""
    data = value.encode("utf-8") if isinstance(value, str) else value
    return hashlib.md5(data, usedforsecurity=False)


def sha1(value: Any = b"") -> Any:
    """Return the SHA-1 of bytes, or of text as UTF-8."""
    data = value.encode("utf-8") if isinstance(value, str) else value
    return hashlib.sha1(data, usedforsecurity=False)


def oct_mode(mode: int) -> str:
    """Return a mode as it is written, without `0o`."""
    return f"{mode:o}"


class CmpMixin:
    """Has the comparisons of a class that defines `__cmp__`."""

    __hash__ = object.__hash__

    def _cmp(self, other: object) -> int:
        return int(self.__cmp__(other))  # type: ignore[attr-defined]  # subclasses have it

    def __lt__(self, other: object) -> bool:
        return self._cmp(other) < 0

    def __gt__(self, other: object) -> bool:
        return self._cmp(other) > 0

    def __eq__(self, other: object) -> bool:
        return self._cmp(other) == 0

    def __ne__(self, other: object) -> bool:
        return self._cmp(other) != 0

    def __le__(self, other: object) -> bool:
        return self._cmp(other) <= 0

    def __ge__(self, other: object) -> bool:
        return self._cmp(other) >= 0


#: What `Bcfg2.Compat` has.
NAMES: dict[str, Any] = {
    "CmpMixin": CmpMixin,
    "ConfigParser": configparser,
    "Empty": queue.Empty,
    "ExitStack": ExitStack,
    "Full": queue.Full,
    "HTTPBasicAuthHandler": urllib.request.HTTPBasicAuthHandler,
    "HTTPError": urllib.error.HTTPError,
    "HTTPPasswordMgrWithDefaultRealm": urllib.request.HTTPPasswordMgrWithDefaultRealm,
    "Mapping": collections.abc.Mapping,
    "MutableMapping": collections.abc.MutableMapping,
    "OrderedDict": collections.OrderedDict,
    "Queue": queue.Queue,
    "SimpleXMLRPCServer": xmlrpc.server,
    "SocketServer": socketserver,
    "StringIO": io.StringIO,
    "URLError": urllib.error.URLError,
    "all": all,
    "any": any,
    "b64decode": b64decode,
    "b64encode": b64encode,
    "builtins": builtins,
    "cPickle": pickle,
    "capwords": capwords,
    "cmp": cmp,
    "cookielib": http.cookiejar,
    "formatdate": email.utils.formatdate,
    "httplib": http.client,
    "input": input,
    "install_opener": urllib.request.install_opener,
    "is_py3k": True,
    "literal_eval": ast.literal_eval,
    "long": int,
    "md5": md5,
    "oct_mode": oct_mode,
    "product": itertools.product,
    "quote": urllib.parse.quote,
    "reduce": functools.reduce,
    "sha1": sha1,
    "total_ordering": functools.total_ordering,
    "u_str": u_str,
    "unicode": str,
    "unquote": urllib.parse.unquote,
    "urlopen": urllib.request.urlopen,
    "urljoin": urllib.parse.urljoin,
    "urlparse": urllib.parse.urlparse,
    "urlretrieve": urllib.request.urlretrieve,
    "urlunparse": urllib.parse.urlunparse,
    "build_opener": urllib.request.build_opener,
    "walk_packages": pkgutil.walk_packages,
    "wraps": functools.wraps,
    "xmlrpclib": xmlrpc.client,
    "xrange": range,
}
