"""Python 2 in files and templates: each construct is found at its line, and nothing else is."""

from __future__ import annotations

import ast

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.cli.python2.finding import constructs_of
from bcfg2tw.cli.python2.meaning import Surroundings
from bcfg2tw.cli.python2.patching import patched

#: A line of a module, and a part of what is said of it; empty where it is the same in Python 3.
LINES = (
    ("print 'a'", "`print(x)`"),
    ("print", "`print(x)`"),
    ("print >>f, 1", "`print(x)`"),
    ("print ('a'), b", "`print(x)`"),
    ("print ('%s') % b", "`print(x)`"),
    ("print('a')", ""),
    ("exec 'a'", "`exec(x)`"),
    ("raise E, 'a'", "`raise A(b)`"),
    ("raise 'a'", "cannot be raised"),
    ("a = 0644", "`0o644`"),
    ("a = 12L", "no L behind them"),
    ("a = `b`", "`repr(x)`"),
    ("a <> b", "`a != b`"),
    ("a = ur'b'", '`r""`'),
    ("f = lambda (a, b): a", "takes one argument"),
    ("def f(a, (b, c)): pass", "no parentheses"),
    ("d.has_key('a')", "`k in d`"),
    ("d.iteritems()", "`items()`"),
    ("d.viewkeys()", "`keys()`"),
    ("d.keys()[0]", "makes no list"),
    ("d.keys().sort()", "makes no list"),
    ("d.items() + e.items()", "to be added to"),
    ("sorted(d.keys())[0]", ""),
    ("element.attrib.keys()[0]", ""),
    ("for a, b in d.items(): pass", ""),
    ("','.join(d.keys())", ""),
    ("map(f, a)[0]", "makes no list"),
    ("len(filter(f, a))", "has no length"),
    ("len(list(filter(f, a)))", ""),
    ("map(None, a, b)", "`map(None, …)`"),
    ("range(3) + [4]", "to be added to"),
    ("range(3)[0]", ""),
    ("if filter(f, a): pass", "always true"),
    ("a = not map(f, a)", "always true"),
    ("d.keys() == ['a']", "equal to none"),
    ("a.sort(lambda a, b: 1)", "cmp_to_key"),
    ("sorted(a, cmp=f)", "cmp_to_key"),
    ("a.sort(key=f)", ""),
    ("None < a", "neither less nor more"),
    ("a is None or a < 3", ""),
    ("sorted([1, 'a'])", "have no order"),
    ("max(None, a)", "have no order"),
    ("max(1, a)", ""),
    ("i.next()", "`next(i)`"),
    ("f.func_name", "`f.__name__`"),
    ("'a'.encode('hex')", "not encoded that way"),
    ("a.decode('base64')", "not decoded that way"),
    ("a.encode('utf-8')", ""),
    ("import ConfigParser", "configparser"),
    ("from StringIO import StringIO", "is io in"),
    ("import urllib2", "urllib.request"),
    ("import commands", "subprocess"),
    ("import imp", "since Python 3.12"),
    ("import telnetlib", "since Python 3.13"),
    ("import string; string.join(a, ',')", "methods of text"),
    ("from string import letters", "ascii_letters"),
    ("import string; string.ascii_letters", ""),
    ("import urllib; urllib.quote(a)", "`urllib.parse.quote`"),
    ("import urllib.parse; urllib.parse.quote(a)", ""),
    ("import os; os.popen2('a')", "subprocess"),
    ("import os; os.popen('a').read()", ""),
    ("import sys; sys.maxint", "sys.maxsize"),
    ("import types; types.StringType", "`bytes`"),
    ("import itertools; itertools.izip(a, b)", "`zip`"),
    ("import collections; collections.Mapping", "collections.abc"),
    ("import inspect; inspect.getargspec(f)", "getfullargspec"),
    ("import hashlib; hashlib.md5('a')", "of bytes"),
    ("import hashlib; hashlib.md5(metadata.hostname)", "of bytes"),
    ("import hashlib; hashlib.md5(metadata.hostname.encode())", ""),
    ("import subprocess; subprocess.check_output(['a']).split('\\n')", "is bytes"),
    ("import subprocess; subprocess.check_output(['a'], text=True).split('\\n')", ""),
    ("execfile('a')", "`exec(open(f).read())`"),
    ("file('a')", "`open(f)`"),
    ("raw_input()", "`input()`"),
    ("apply(f, a)", "`f(*a)`"),
    ("reload(a)", "importlib"),
    ("7 / 2", "a fraction"),
    ("7 // 2", ""),
    ("7 / 2.0", ""),
    ("'print x; d.has_key(1)'  # d.has_key(1)", ""),
    ("if sys.version_info[0] < 3: import ConfigParser", ""),
    ("a = unicode(b) + xrange(2)", ""),
)

CLASSES = (
    ("def __nonzero__(self): return 1", "`__bool__`"),
    ("def __cmp__(self, other): return 0", "`__lt__`"),
    ("def __unicode__(self): return ''", "`__str__`"),
    ("__metaclass__ = M", "metaclass="),
    ("def __bool__(self): return 1\n    __nonzero__ = __bool__", ""),
)

MODULE = """\
try:
    import cPickle as pickle
except ImportError:
    import pickle
import subprocess


def newest(shelf, jars):
    names = shelf.keys()
    names.sort()
    out = subprocess.Popen(["du"], stdout=subprocess.PIPE).communicate()[0]
    for line in out.split("\\n"):
        pass
    return names[0]


def other(names):
    names.sort()
    return file(names)


def file(names):
    return names
"""

TEMPLATES = {
    "genshi": (
        """\
#not code: d.has_key(x) {# ${d.has_key('x')} #}
{% python
    names = metadata.Probes.keys()
    names.sort()
    half = 7 / 2
%}\\
{% if metadata.Probes.has_key('a') %}${metadata.Probes.iteritems()}{% end %}
{% for a, b in d.iteritems() %}${ {'a': 1}['a'] }{% end %}
{% with a = 7 / 2; b = 3 %}${a}{% end %}
""",
        [4, 5, 7, 7, 8, 9],
    ),
    "genshi-xml": (
        """\
<Bundle xmlns:py="http://genshi.edgewall.org/">
  <?python
  print "x"
  ?>
  <!-- ${d.has_key(1)} -->
  <Path py:for="a in d.keys()[0]" py:if="x &lt; 7 / 2" name="${a}"/>
  <py:if test="d.has_key('x')"><Path name="${d.iteritems()}"/></py:if>
</Bundle>
""",
        [3, 6, 6, 7, 7],
    ),
    "genshi-old": ("#if d.has_key('a')\n${d.iteritems()}\n#end\nd.has_key(1)\n", [1, 2]),
    "cheetah": (
        "#set $a = $d.has_key('a')\n#for $b in $d.iteritems()\n$b.has_key('c')\n#end for\n"
        "#import ConfigParser\n# a.has_key is text\n",
        [1, 2, 3, 5],
    ),
    "jinja2": ("{{ d.has_key('a') }}\n{% for a in d.iteritems() %}\n{# d.has_key #}\n", [1, 2]),
}


class ConstructTests(SynchronousTestCase):
    """Which lines are told."""

    def test_lines(self) -> None:
        """Lines that fail, or mean something else, are told once, with what to write."""
        for line, part in LINES:
            constructs = constructs_of(f"#\n{line}\n", "python")
            self.assertEqual([one.line for one in constructs], [2] if part else [], line)
            self.assertTrue(all(part in one.message for one in constructs), (line, constructs))

    def test_classes(self) -> None:
        """Methods that Python 3 never calls mean something else."""
        for line, part in CLASSES:
            constructs = constructs_of(f"class A:\n    {line}\n", "python")
            self.assertEqual([part in one.message for one in constructs], [True] if part else [])

    def test_module(self) -> None:
        """What a variable is set to counts, what a module defines itself is not gone."""
        lines = [one.line for one in constructs_of(MODULE, "python")]
        self.assertEqual(lines, [10, 12, 14])

    def test_templates(self) -> None:
        """In templates it is code alone that counts, at the lines of the file."""
        for syntax, (text, lines) in TEMPLATES.items():
            constructs = constructs_of(text, syntax)
            self.assertEqual([one.line for one in constructs], lines, (syntax, constructs))

    def test_own_code(self) -> None:
        """Where `unicode` and the like are not given, they are told; so are modules beside."""
        text = "import helper\nunicode('a')\nxrange(2)\n"
        own = Surroundings(has_names=False, siblings=frozenset({"helper"}))
        constructs = constructs_of(text, "python", own)
        self.assertEqual([one.line for one in constructs], [1, 2, 3])
        self.assertEqual(constructs_of(text, "python"), [])
        given = Surroundings(modules=frozenset({"ConfigParser"}))
        self.assertEqual(constructs_of("import ConfigParser", "python", given), [])

    def test_no_python(self) -> None:
        """A file that is neither Python 2 nor 3 is told at the line of the mistake."""
        (construct,) = constructs_of("a = 1\ndef (:\n", "python")
        self.assertEqual((construct.line, construct.name), (2, "python2-code"))


class PatchTests(SynchronousTestCase):
    """What is written anew."""

    def test_lines(self) -> None:
        """Each patched line is Python 3, and nothing is left to tell but what only a person can."""
        left = []
        for line, part in LINES:
            new = patched(f"{line}\n", "python")
            if new != f"{line}\n":
                ast.parse(new)
                self.assertTrue(part, f"{line} was good")
                self.assertEqual(constructs_of(new, "python"), [], (line, new))
                self.assertNotIn("list(map(f, a)[0])", new)
            elif part:
                left.append(line)
        self.assertLess(len(left), 36, left)

    def test_templates(self) -> None:
        """Blocks and expressions are written anew where they stand, and nothing else is."""
        text, _ = TEMPLATES["genshi"]
        new = patched(text, "genshi").splitlines()
        self.assertEqual(new[2], "    names = list(metadata.Probes.keys())")
        self.assertEqual(
            new[6], "{% if 'a' in metadata.Probes %}${metadata.Probes.items()}{% end %}"
        )
        self.assertEqual(new[7], "{% for a, b in d.items() %}${ {'a': 1}['a'] }{% end %}")
        unchanged = [0, 1, 3, 4, 5, 8]
        self.assertEqual([new[i] for i in unchanged], [text.splitlines()[i] for i in unchanged])

    def test_python3_stays(self) -> None:
        """Code that is good stays as it is, byte by byte."""
        text = "print('a', 'b')\nfor a in d.keys():\n    b = d.items()\n\n# end"
        self.assertEqual(patched(text, "python"), text)
