"""Python 3 in Genshi's templates."""

from __future__ import annotations

import os
import traceback
from typing import Any

from genshi.template import TemplateSyntaxError
from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.templates.genshi_code import collected_divisions, collected_unknown
from bcfg2tw.engine.templates.genshi_syntax import Python3Markup, Python3Text
from bcfg2tw.engine.templates.text import render_text


def rendered(text: str, **variables: Any) -> str:
    """Return what a template comes to."""
    return render_text(Python3Text(text), variables)


def block(code: str, **variables: Any) -> str:
    """Return what a Python block leaves in `x`."""
    return rendered(f"{{% python\n{code}\n%}}$x", **variables)


class CodeTests(SynchronousTestCase):
    def test_exceptions(self) -> None:
        """The exception that a handler takes has a name, in blocks and in functions."""
        code = "try:\n    a[1]\nexcept (KeyError, ValueError) as error:\n    x = str(error)"
        self.assertEqual(block(code, a={}), "1")
        function = (
            "def f(b):\n    try:\n        return a[b]\n    except KeyError as error:\n"
            "        return error.args\n    except:\n        raise\nx = f(2)[0]"
        )
        self.assertEqual(block(function, a={}, error="variable"), "2")

    def test_bytes(self) -> None:
        """Bytes are written as the text that they hold, wherever they stand."""
        self.assertEqual(rendered("${x}", x=b"caf\xc3\xa9"), "caf\xe9")
        self.assertEqual(rendered("{% with y=x %}${y}{% end %}", x=bytearray(b"z")), "z")
        self.assertEqual(
            rendered("${x}${tuple(x)}", x=[b"a\n", "b", 1, None]), "a\nb1Nonea\nb1None"
        )
        self.assertRaises(UnicodeDecodeError, rendered, "${x}", x=b"\xe9")
        template = Python3Markup('<a b="${x}" xmlns:py="http://genshi.edgewall.org/">$x'
                                  '<py:if test="x"><c py:content="x"/></py:if></a>')  # fmt: skip
        for value in (b"q", [b"q"]):
            text = template.generate(x=value).render("xml", encoding=None)
            self.assertEqual(text, '<a b="q">q<c>q</c></a>')

    def test_comprehensions(self) -> None:
        """Comprehensions of sets and dictionaries have variables of their own."""
        self.assertEqual(rendered("${sorted({i + n for i in [1, 1] if i < n})}", n=2), "3")
        self.assertEqual(rendered("${{k: v + n for k, v in [(1, 2)]}[1]}", n=2), "4")
        self.assertEqual(block("x = sorted({i: j for i in {n, 1} for j in [i]})[1]", n=2), "2")

    def test_fstrings(self) -> None:
        """f-strings see the template's variables."""
        self.assertEqual(
            block("x = f'{n:03d} {n!r} {{}} {[i for i in [n]][0]}'", n=2), "002 2 {} 2"
        )
        self.assertEqual(rendered("${f'<{n}>'}", n=2), "<2>")


class SharedCodeTests(SynchronousTestCase):
    """Code that stands in several templates is compiled once."""

    def failure(self, template: Python3Text) -> str:
        """Return the file of a template that fails, as the traceback has it."""
        error = self.assertRaises(ZeroDivisionError, render_text, template, {"x": 0})
        return traceback.extract_tb(error.__traceback__)[-1].filename

    def test_places(self) -> None:
        """A failure is in the template that fails, also within a comprehension."""
        for code in ("${1 // x}", "${[1 // i for i in [x]]}"):
            first = Python3Text(f"a\n{code}", filepath="/repository/first")
            second = Python3Text(f"\n\n\n{code}", filepath="/repository/second")
            self.assertEqual(self.failure(first), "/repository/first")
            self.assertEqual(self.failure(second), "/repository/second")

    def test_no_python(self) -> None:
        """What Python refuses only when it compiles names the template that it is in."""
        for path in ("/repository/first", "/repository/second"):
            error = self.assertRaises(
                TemplateSyntaxError, Python3Text, "{% python\nreturn 1\n%}", filepath=path
            )
            self.assertIn(f"({os.path.basename(path)}, ", str(error))

    def test_collected(self) -> None:
        """Whoever collects divisions, or what depends on anything, gets them of each template."""
        for path in ("/repository/first", "/repository/second"):
            with collected_divisions() as places, collected_unknown() as unknown:
                Python3Text("\n${a / b}${open(c)}", filepath=path)
            self.assertEqual([(place.path, place.code) for place in places], [(path, "a / b")])
            self.assertIn("open(c)", unknown)
