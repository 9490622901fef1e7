"""
Python 2 in the templates of old repositories: names that are still given, and what is said
of the rest.

Only what means the same as it did is given; a construct that would mean something else, or
nothing, is named, so that the administrator knows what to write instead.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from functools import reduce
from types import ModuleType
from typing import Any

from bcfg2tw.engine.repository.source import ExplainedProblem
from bcfg2tw.engine.templates.imports import Import
from bcfg2tw.engine.templates.python2_random import RANDOM, python2_hash
from bcfg2tw.errors import RepositoryError
from bcfg2tw.settings import Settings


class Python2Problem(ExplainedProblem):
    """
    A template cannot be read because it is written in Python 2.

    :ivar diagnosis: which construct it is, and what to write instead
    """

    def __init__(self, path: str, reason: str, line: int | None, diagnosis: str) -> None:
        super().__init__(path, f"{reason} ({diagnosis})", line, diagnosis)


def load_problem(
    path: str, reason: str, line: int | None, error: BaseException, failing: str
) -> RepositoryError:
    """
    Return what is wrong with a template that cannot be read.

    :param failing: the text that it stumbles over, as far as it is known
    """
    construct = diagnosis(error, failing)
    if construct is None:
        return RepositoryError(path, reason, line)
    return Python2Problem(path, reason, line, construct)


def cmp(first: Any, second: Any) -> int:
    """Compare as Python 2's function of this name does."""
    return int(first > second) - int(first < second)


def as_text(value: Any) -> Any:
    """
    Return bytes as the text that they were in Python 2, and any other value as it is.

    :raises UnicodeDecodeError: if they are not UTF-8
    """
    return value.decode() if isinstance(value, (bytes, bytearray)) else value


#: Names that Python 2 had and that can be given without changing a meaning.
NAMES: Mapping[str, Any] = {
    "basestring": str,
    "cmp": cmp,
    "intern": sys.intern,
    "long": int,
    "reduce": reduce,
    "unichr": chr,
    "unicode": str,
    "xrange": range,
}

_MODULES = {"random": RANDOM}

_NAMES_AND_HASH: Mapping[str, Any] = {**NAMES, "hash": python2_hash}

#: What the code of a template finds as built in, where Python 2's random numbers are wanted.
OF_TEMPLATES: Mapping[str, Any] = {**_NAMES_AND_HASH, "__import__": Import(_MODULES)}


def modules(settings: Settings) -> Mapping[str, ModuleType]:
    """Return the modules that code of the repository imports in place of today's."""
    return _MODULES if settings.python2_random else {}


def names(settings: Settings) -> Mapping[str, Any]:
    """Return the names that code of the repository has beside Python's own."""
    return _NAMES_AND_HASH if settings.python2_random else NAMES


#: What a line that is no Python 3 may hold, and what to write instead.
SYNTAX = (
    (r"\bprint\b\s*(?![\s(=.,)\]])", "`print x` is `print(x)` in Python 3"),
    (r"\bexcept\s*(?:[\w.]+|\([^()]*\))\s*,\s*\w+\s*:",
     "`except A, b` is `except A as b` in Python 3"),
    (r"\braise\s+[\w.]+\s*,\s*\S", "`raise A, b` is `raise A(b)` in Python 3"),
    (r"\bexec\s+(?![\s(=.,)\]])\S", "`exec x` is `exec(x)` in Python 3"),
    (r"`[^`]+`", "`` `x` `` is `repr(x)` in Python 3"),
    (r"<>", "`a <> b` is `a != b` in Python 3"),
    (r"\b\d+[lL]\b", "whole numbers have no L behind them in Python 3"),
    (r"(?<![\w.])0\d+\b", "`0644` is `0o644` in Python 3"),
    (r"\b[uU][rR][\"']", "`ur\"\"` is `r\"\"` in Python 3"),
    (r"\blambda\s*\(", "`lambda (a, b): …` takes one argument in Python 3, and no parentheses"),
    (r"\bdef\s+\w+\s*\([^)]*\(", "the parameters of a function have no parentheses in Python 3"),
)  # fmt: skip

#: What an exception's text may say, and what to write instead.
MEANINGS = (
    (r"\bhas_key\b", "`d.has_key(k)` is `k in d` in Python 3"),
    (
        r"\b(?P<view>iter|view)(?P<what>items|keys|values)\b",
        "`{view}{what}()` is `{what}()` in Python 3",
    ),
    (
        r"'(?:dict_keys|dict_values|dict_items)' object (?:has no attribute|is not subscriptable)|"
        r"dict_(?:keys|values|items)\(.*\) has no member named",
        "`keys()`, `values()` and `items()` are no lists in Python 3: `sorted(d)`, `list(d)`",
    ),
    (
        r"'(?P<what>map|filter|zip|range)' object (?:has no attribute|is not subscriptable)",
        "`{what}()` makes no list in Python 3: `list({what}(…))`",
    ),
    (r"object of type '(?P<what>map|filter|zip)' has no len", "`{what}()` makes no list in "
     "Python 3: `list({what}(…))`"),
    (r"unsupported operand type\(s\) for >>: 'builtin_function_or_method'",
     "`print >>f, x` is `print(x, file=f)` in Python 3"),
    (r"'(?:dict_(?P<what>keys|values|items))' and '(?:list|dict_\w+)'|"
     r"'list' and 'dict_(?P<other>keys|values|items)'|"
     r"can only concatenate list \(not \"dict_(?P<third>keys|values|items)\"\)",
     "`{what}{other}{third}()` is no list in Python 3: `list(d.{what}{other}{third}())`"),
    (r"'(?P<what>map|filter|zip|range)' and '\w+'|'\w+' and '(?P<other>map|filter|zip|range)'|"
     r"can only concatenate list \(not \"(?P<third>map|filter|zip|range)\"\)",
     "`{what}{other}{third}()` makes no list in Python 3: `list({what}{other}{third}(…))`"),
    (r"indices must be integers.*, not '?float|'float' object cannot be interpreted as an integer",
     "`a / b` is a fraction in Python 3, `a // b` a whole number"),
    (r"exceptions must derive from BaseException",
     "`raise 'text'` is `raise Exception('text')` in Python 3"),
    (r"'[<>]=?' not supported between instances", "values of different types cannot be compared "
     "in Python 3"),
    (r"'cmp' is an invalid keyword|unexpected keyword argument 'cmp'|"
     r"sort\(\) takes no positional arguments|sorted expected 1 argument, got",
     "`sort` takes `key=` and no "
     "function that compares in Python 3: functools.cmp_to_key"),
    (r"'(?:base64|hex|zlib|bz2|quopri|uu|rot13|rot_13)' is not a text encoding", "text is not "
     "encoded that way in Python 3: use the modules base64, binascii, codecs"),
    (r"'(?:str|ElementUnicodeResult)' object has no attribute 'decode'|"
     r"^(?P<quote>['\"]).*(?P=quote) has no member named \"decode\"", "text is decoded "
     "already in Python 3: leave out `.decode(…)`"),
    (r"a bytes-like object is required, not 'str'|must be encoded before hashing|"
     r"can't concat str to bytes|"
     r"can only concatenate str \(not \"bytes\"\)", "bytes and text are different things in "
     "Python 3: `.encode(…)` and `.decode(…)` lead from one to the other"),
    (r"'\w*(?:Error|Exception)' object has no attribute 'message'",
     "`e.message` is `str(e)` in Python 3"),
    (r"object has no attribute 'next'|no member named \"next\"", "`i.next()` is `next(i)` in "
     "Python 3"),
    (r"module 'string'.* has no (?:attribute|member named) "
     r"['\"](?P<what>letters|lowercase|uppercase)",
     "`string.{what}` is `string.ascii_{what}` in Python 3"),
    (r"module 'urllib'.* has no (?:attribute|member named)|cannot import name '\w+' from 'urllib'",
     "what was in the module urllib is in urllib.request and urllib.parse in Python 3"),
    (r"module 'os'.* has no (?:attribute|member named) ['\"](?P<what>getcwd)u",
     "`os.{what}u()` is `os.{what}()` in Python 3"),
    (r"module 'types'.* has no (?:attribute|member named) ['\"]\w+Type",
     "the module types has no names for `str`, `int`, `list` and the like in Python 3"),
    (r"'function' object has no attribute 'func_(?P<what>\w+)'",
     "`f.func_{what}` is `f.__{what}__` in Python 3"),
    (r"module 'string' has no (?:attribute|member)|<module 'string'.* has no member",
     "the functions of the module string are methods of text in Python 3: `','.join(x)`"),
    (r"module 'sys' has no attribute 'maxint'", "`sys.maxint` is `sys.maxsize` in Python 3"),
    (r"module 'itertools' has no attribute 'i(?P<what>map|filter|zip)'|"
     r"cannot import name 'i(?P<imported>map|filter|zip)'", "the module itertools has no imap, "
     "ifilter and izip in Python 3: `map`, `filter`, `zip`"),
)  # fmt: skip

#: Modules that have another name now.
MODULES = {
    "ConfigParser": "configparser",
    "Queue": "queue",
    "StringIO": "io",
    "cPickle": "pickle",
    "cStringIO": "io",
    "commands": "subprocess",
    "httplib": "http.client",
    "md5": "hashlib",
    "sets": "the built-in set",
    "sha": "hashlib",
    "urllib2": "urllib.request",
    "urlparse": "urllib.parse",
    "xmlrpclib": "xmlrpc.client",
    "__builtin__": "builtins",
}

#: Built-in names that cannot be given.
GONE = {
    "apply": "`apply(f, a)` is `f(*a)`",
    "buffer": "`buffer` is `memoryview`",
    "execfile": "`execfile(f)` is `exec(open(f).read())`",
    "file": "`file(f)` is `open(f)`",
    "raw_input": "`raw_input()` is `input()`",
    "reload": "`reload` is `importlib.reload`",
}


def diagnosis(error: BaseException, line: str = "") -> str | None:
    """
    Say which construct of Python 2 is why a template fails; None if that is not why.

    :param line: the line of the template that failed, as far as it is known
    """
    syntax = _syntax_error(error)
    if syntax is not None:
        return _syntax_meaning(line or syntax.text or "")
    text = str(error)
    return _module_meaning(error) or _name_meaning(text) or _message_meaning(text)


def _syntax_error(error: BaseException) -> SyntaxError | None:
    for candidate in (error, error.__cause__, error.__context__):
        if isinstance(candidate, SyntaxError):
            return candidate
    return None


def _syntax_meaning(line: str) -> str | None:
    return next((meaning for pattern, meaning in SYNTAX if re.search(pattern, line)), None)


def _module_meaning(error: BaseException) -> str | None:
    if not isinstance(error, ImportError) or error.name not in MODULES:
        return None
    return f"the module {error.name} is {MODULES[error.name]} in Python 3"


def _name_meaning(text: str) -> str | None:
    match = re.search(r"name '(\w+)' is not defined|^\"(\w+)\" not defined", text)
    meaning = GONE.get(match[1] or match[2]) if match else None
    return f"{meaning} in Python 3" if meaning else None


def _message_meaning(text: str) -> str | None:
    for pattern, meaning in MEANINGS:
        match = re.search(pattern, text)
        if match is not None:
            return _fill_in(meaning, match)
    return None


def _fill_in(meaning: str, match: re.Match[str]) -> str:
    """Put the parts of a message in the place of their names between braces."""
    return re.sub(r"\{(\w+)\}", lambda name: match[name[1]] or "", meaning)
