"""What is said of Python 2 in old templates, and what is given."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.templates.python2 import NAMES, cmp, diagnosis
from bcfg2tw.engine.templates.syntax import compiled


def syntax_diagnosis(line: str) -> str | None:
    """Return what is said of a line that cannot be compiled."""
    try:
        compiled(line, "t")
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
            ("try: pass\nexcept ValueError, e: pass", "except A as b"),
            ("try: pass\nexcept (ValueError, KeyError), e: pass", "except A as b"),
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
            ("print >>d, 'x'", "print(x, file=f)"),
            ("d.items() + [1]", "list(d.items())"),
            ("[1] + d.keys()", "list(d.keys())"),
            ("range(3) + [1]", "list(range("),
            ("[1] + map(str, [1])", "list(map("),
            ("[1, 2][3 / 2]", "a // b"),
            ("range(3 / 2)", "a // b"),
            ("sorted([1], max)", "cmp_to_key"),
            ("'x'.encode('base64')", "base64"),
            ("__import__('hashlib').md5('x')", "bytes and text"),
            ("__import__('urllib').quote('x')", "urllib.parse"),
            ("__import__('string').letters", "ascii_letters"),
            ("__import__('os').getcwdu()", "os.getcwd()"),
            ("__import__('types').StringType", "`str`"),
            ("(lambda: 0).func_name", "__name__"),
            ("ValueError('x').message", "str(e)"),
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
