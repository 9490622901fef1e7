"""A construct of Python 2 at a line, and what is said of names that are gone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bcfg2tw.engine.templates import python2

__all__ = [
    "ABSENT_MODULES",
    "CODE",
    "GIVEN_NAMES",
    "MEANING",
    "MEMBERS",
    "METHODS",
    "REPOSITORY",
    "Construct",
    "Surroundings",
]

#: It fails where it is run.
CODE = "python2-code"
#: Nothing fails, and something else comes of it.
MEANING = "python2-meaning"

#: Names that templates and helpers still have, and other code has not.
GIVEN_NAMES: Mapping[str, str] = {
    "basestring": "`basestring` is `str`",
    "cmp": "`cmp(a, b)` is `(a > b) - (a < b)`",
    "intern": "`intern` is `sys.intern`",
    "long": "`long` is `int`",
    "reduce": "`reduce` is `functools.reduce`",
    "unichr": "`unichr` is `chr`",
    "unicode": "`unicode` is `str`",
    "xrange": "`xrange` is `range`",
}


@dataclass(frozen=True)
class Construct:
    """
    One construct of Python 2.

    :ivar name: `CODE` or `MEANING`
    :ivar line: of the file
    :ivar message: with what to write instead
    :ivar fixers: names of the fixers of `patching` that write it anew; none where nobody can know
        what was meant
    """

    name: str
    line: int
    message: str
    fixers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Surroundings:
    """
    What code finds where it runs.

    :ivar has_names: whether `unicode` and the like are still there, as in templates and helpers
    :ivar modules: of Python 2, those that are there under their old names
    :ivar siblings: names of the modules of the same package
    """

    has_names: bool = True
    modules: frozenset[str] = frozenset()
    siblings: frozenset[str] = frozenset()


#: Those of templates and helpers.
REPOSITORY = Surroundings()

_SINCE_313 = (
    "aifc audioop cgi cgitb chunk crypt imghdr mailcap msilib nis nntplib ossaudiodev pipes sndhdr "
    "spwd sunau telnetlib uu xdrlib"
)
_SINCE_312 = "asynchat asyncore distutils imp smtpd"
_SINCE_310 = "formatter parser symbol"

#: Modules that are called otherwise, or are gone.
ABSENT_MODULES: Mapping[str, str] = {
    **{name: f"is {meaning} in Python 3" for name, meaning in python2.MODULES.items()},
    "BaseHTTPServer": "is http.server in Python 3",
    "ConfigParser": "is configparser in Python 3, where `%` in a value begins a reference: use "
    "its RawConfigParser",
    "Cookie": "is http.cookies in Python 3",
    "HTMLParser": "is html.parser in Python 3",
    "SocketServer": "is socketserver in Python 3",
    "anydbm": "is dbm in Python 3",
    "cookielib": "is http.cookiejar in Python 3",
    "copy_reg": "is copyreg in Python 3",
    "dbhash": "is gone in Python 3",
    "exceptions": "is gone in Python 3: its names are built in",
    "htmlentitydefs": "is html.entities in Python 3",
    "new": "is gone in Python 3: see the module types",
    "popen2": "is subprocess in Python 3",
    "robotparser": "is urllib.robotparser in Python 3",
    "rfc822": "is email.message in Python 3",
    "thread": "is threading in Python 3",
    "whichdb": "is dbm.whichdb in Python 3",
    **dict.fromkeys(_SINCE_313.split(), "is gone since Python 3.13"),
    **dict.fromkeys(_SINCE_312.split(), "is gone since Python 3.12"),
    **dict.fromkeys(_SINCE_310.split(), "is gone since Python 3.10"),
}

_STRING = (
    "atof atoi atol capitalize center count expandtabs find index join joinfields ljust lower "
    "lstrip maketrans replace rfind rindex rjust rstrip split splitfields strip swapcase translate "
    "upper zfill"
)
_TYPES = {
    "BooleanType": "bool", "ClassType": "type", "DictType": "dict", "FileType": "io.IOBase",
    "FloatType": "float", "IntType": "int", "ListType": "list", "LongType": "int",
    "NoneType": "type(None)", "ObjectType": "object", "StringType": "bytes", "TupleType": "tuple",
    "StringTypes": "(str,)", "UnicodeType": "str", "DictionaryType": "dict",
}  # fmt: skip
_URLLIB = {
    "parse": "quote quote_plus unquote unquote_plus urlencode splitquery splitport splithost",
    "request": "urlopen urlretrieve URLopener FancyURLopener urlcleanup pathname2url url2pathname "
    "getproxies",
}
_ABSTRACT = (
    "Callable Container Hashable ItemsView Iterable Iterator KeysView Mapping MappingView "
    "MutableMapping MutableSequence MutableSet Sequence Set Sized ValuesView"
)
_METHOD = "functions of the module string are methods of text in Python 3"

#: Members of modules, as MODULE.NAME, that are gone: what to write, and the fixers that do.
MEMBERS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    **{f"string.{name}": (f"the {_METHOD}: `x.{name}()`", ()) for name in _STRING.split()},
    "string.join": (f"the {_METHOD}: `','.join(x)`", ()),
    "string.maketrans": ("`string.maketrans` is `str.maketrans` in Python 3", ()),
    **{
        f"string.{name}": (f"`string.{name}` is `string.ascii_{name}` in Python 3", ("letters",))
        for name in ("letters", "lowercase", "uppercase")
    },
    **{
        f"types.{name}": (f"`types.{name}` is `{builtin}` in Python 3", ("types",))
        for name, builtin in _TYPES.items()
        if name != "NoneType"  # it came back with Python 3.10
    },
    **{
        f"urllib.{name}": (f"`urllib.{name}` is `urllib.{module}.{name}` in Python 3", ("urllib",))
        for module, names in _URLLIB.items()
        for name in names.split()
    },
    **{
        f"collections.{name}": (f"`collections.{name}` is `collections.abc.{name}`", ())
        for name in _ABSTRACT.split()
    },
    **{
        f"itertools.i{name}": (f"`itertools.i{name}` is `{name}` in Python 3", ("itertools",))
        for name in ("map", "filter", "zip")
    },
    "itertools.izip_longest": (
        "`itertools.izip_longest` is `zip_longest` in Python 3", ("itertools_imports",),
    ),
    "base64.decodestring": ("`base64.decodestring` is `decodebytes` in Python 3", ()),
    "base64.encodestring": ("`base64.encodestring` is `encodebytes` in Python 3", ()),
    "cgi.escape": ("`cgi.escape` is `html.escape` in Python 3", ()),
    "fractions.gcd": ("`fractions.gcd` is `math.gcd` in Python 3", ()),
    "inspect.getargspec": ("`inspect.getargspec` is `getfullargspec` in Python 3", ()),
    "operator.isCallable": ("`operator.isCallable` is `callable` in Python 3", ("operator",)),
    "operator.sequenceIncludes": (
        "`operator.sequenceIncludes` is `operator.contains` in Python 3", ("operator",),
    ),
    "operator.div": ("`operator.div` is `floordiv` or `truediv` in Python 3", ()),
    "os.errno": ("`os.errno` is the module errno in Python 3", ()),
    "os.getcwdu": ("`os.getcwdu()` is `os.getcwd()` in Python 3", ("getcwdu",)),
    **{
        f"os.{name}": (f"`os.{name}` is `subprocess.Popen` in Python 3", ())
        for name in ("popen2", "popen3", "popen4")
    },
    **{
        f"os.{name}": (f"`os.{name}` is in the module tempfile in Python 3", ())
        for name in ("tempnam", "tmpnam", "tmpfile")
    },
    "platform.dist": ("`platform.dist` is gone: `platform.freedesktop_os_release()`", ()),
    "platform.linux_distribution": (
        "`platform.linux_distribution` is gone: `platform.freedesktop_os_release()`", (),
    ),
    "sys.exc_clear": ("`sys.exc_clear` is gone in Python 3", ()),
    **{
        f"sys.exc_{name}": (f"`sys.exc_{name}` is `sys.exc_info()` in Python 3", ("sys_exc",))
        for name in ("type", "value", "traceback")
    },
    "sys.maxint": ("`sys.maxint` is `sys.maxsize` in Python 3", ("renames",)),
    "sys.setdefaultencoding": ("`sys.setdefaultencoding` is gone in Python 3: remove it", ()),
    "time.clock": ("`time.clock` is `time.perf_counter` in Python 3", ()),
    "xml.etree.cElementTree": ("`xml.etree.cElementTree` is `xml.etree.ElementTree`", ()),
}  # fmt: skip

#: Methods that Python 3 never calls, and those that it calls in their place.
METHODS: Mapping[str, tuple[str, ...]] = {
    "__nonzero__": ("__bool__",),
    "__cmp__": ("__lt__", "__eq__", "__gt__"),
    "__unicode__": ("__str__",),
    "__div__": ("__truediv__",),
    "__idiv__": ("__itruediv__",),
    "__rdiv__": ("__rtruediv__",),
    "__getslice__": ("__getitem__",),
    "__setslice__": ("__setitem__",),
    "__delslice__": ("__delitem__",),
    "__coerce__": ("__add__",),
    "__long__": ("__int__",),
    "__hex__": ("__index__",),
    "__oct__": ("__index__",),
}
