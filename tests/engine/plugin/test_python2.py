"""What is said of Python 2 in old templates, and what is given."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.plugin.python2 import NAMES, cmp, diagnosis


def syntax_diagnosis(line: str) -> str | None:
    """Return what is said of a line that cannot be compiled."""
    try:
        compile(line, "t", "exec")
    except SyntaxError as error:
        return diagnosis(error, line)
    return "it can be compiled"


def run_diagnosis(expression: str) -> str | None:
    """Return what is said of an expression that fails."""
    try:
        eval(expression, {"d": {"a": 1}})
    except Exception as error:  # whatever the expression of the test raises
        return diagnosis(error, expression)
    return "it can be evaluated"


class SyntaxTests(SynchronousTestCase):
    def test_named(self) -> None:
        """A construct that is no syntax any more is named, with what to write instead."""
        for line, said in (
            ("print 'x'", "print(x)"),
            ("print x % y", "print(x)"),
            ("raise ValueError, 'x'", "raise A(b)"),
            ("exec 'x'", "exec(x)"),
            ("a = `b`", "repr(x)"),
            ("a <> b", "a != b"),
            ("a = 10L", "no L"),
            ("a = 0644", "0o644"),
            ("a = ur'x'", 'r""'),
            ("f = lambda (a, b): a", "lambda"),
            ("def f(a, (b, c)): pass", "parameters"),
        ):
            self.assertIn(said, syntax_diagnosis(line) or "", line)

    def test_others(self) -> None:
        """Other mistakes are not called Python 2."""
        for line in ("1 +", "if x", "a = (", "def f(:", "printer x"):
            self.assertIs(syntax_diagnosis(line), None, line)


class MeaningTests(SynchronousTestCase):
    def test_named(self) -> None:
        """A name or a meaning that is gone is named, with what to write instead."""
        for expression, said in (
            ("d.has_key('a')", "`k in d`"),
            ("d.iteritems()", "`items()`"),
            ("d.itervalues()", "`values()`"),
            ("d.keys().sort()", "sorted(d)"),
            ("d.keys()[0]", "list(d)"),
            ("map(str, [1])[0]", "list(map("),
            ("len(filter(None, [1]))", "list(filter("),
            ("[1, 'a'].sort()", "compared"),
            ("[1].sort(cmp=max)", "cmp_to_key"),
            ("'x'.decode('utf-8')", "decoded already"),
            ("b'x' + 'y'", "bytes and text"),
            ("iter([]).next()", "next(i)"),
            ("__import__('string').join([])", "methods of text"),
            ("__import__('sys').maxint", "sys.maxsize"),
            ("__import__('urllib2')", "urllib.request"),
            ("__import__('ConfigParser')", "configparser"),
            ("file('x')", "open(f)"),
        ):
            self.assertIn(said, run_diagnosis(expression) or "", expression)

    def test_others(self) -> None:
        """Other failures are not called Python 2."""
        for expression in ("1 / 0", "d['b']", "int('x')", "nothing", "d.nothing", "''.nothing"):
            self.assertIs(run_diagnosis(expression), None, expression)


class NamesTests(SynchronousTestCase):
    def test_given(self) -> None:
        """Names that mean the same under another name are given."""
        self.assertIsInstance("x", NAMES["basestring"])
        self.assertEqual(NAMES["unicode"](3), "3")
        self.assertEqual(list(NAMES["xrange"](2)), [0, 1])
        self.assertEqual([cmp(1, 2), cmp(2, 2), cmp(3, 2)], [-1, 0, 1])
