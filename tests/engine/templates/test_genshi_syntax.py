"""Templates taken apart, beside Genshi's own classes."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from genshi.core import START
from genshi.template import (
    MarkupTemplate,
    NewTextTemplate,
    OldTextTemplate,
    TemplateError,
    TemplateLoader,
    TemplateSyntaxError,
)
from genshi.template.base import EXEC, EXPR, INCLUDE, SUB, Template
from genshi.template.directives import DefDirective
from genshi.template.eval import UndefinedError
from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.templates.failures import render_failure
from bcfg2tw.engine.templates.genshi_code import Lookup
from bcfg2tw.engine.templates.genshi_syntax import Python3Markup, Python3OldText, Python3Text
from bcfg2tw.engine.templates.text import render_text
from tests.builders import a_core, bundle_of, configuration, entry
from tests.conformance.case import CASES
from tests.engine.templates.test_text import TEMPLATES

PY = 'xmlns:py="http://genshi.edgewall.org/"'
XI = 'xmlns:xi="http://www.w3.org/2001/XInclude"'

PART = f"<part {PY} py:strip=\"\">${{f'{{1 + 1}}'}}</part>"

TEXTS = (
    *TEMPLATES,
    "a\n$b\n\n${c\n+ d} $$e $ ${} $f.g ${{'h': 1}['h']}\nend",
    "{% if a %}\\\n\n{% if b %}$c{% end %}\n{# d\ne #}{% end %}{% end %}$f{% for g in h %}",
    "\n{% include ${a}/b %}{% include c %}{% include %}",
    "\\\\{% if a %}\\{# no comment #}\\\r\n{% end a %}\\$b",
    "{% def f(a, b=c + 1, *d, **e) %}$a{% end %}{% with a = b = c; (d, e) = f %}$a{% end %}",
    "{% python\n  a = 1\n  b = 2\n%}\n{% python c = 3 %}",
)
OLD_TEXTS = (
    "plain",
    "#if a\n  #for b in c\n$b \\#d\n  #end\n#end\n#end\n$e\n## f\n\\#g",
    "x\n#include  a/b \n#choose\n#when c\nd\n#end c\n#otherwise\ne\n#end\n#end",
    "#with a = 1; b = a\n$b\n#def f(x, y=2)\n$x\n#end",
)
MARKUPS = (
    f'<a {PY}>$b <c py:for="d in e" py:if="f" g="${{h}} i" j="" k="l"/>\n<!-- m --><!--! n --></a>',
    f'<a {PY} py:strip="b"><c py:content="d"/><e py:replace="f"/><g py:attrs="h"/></a>',
    f'<a {PY}><py:choose test="b"><py:when test="1">c</py:when><py:otherwise/></py:choose></a>',
    f'<a {PY}><?python b = 1\nc = 2 ?><py:with vars="d = b; e = c">$e</py:with><?f g?></a>',
    f'<a {PY}><py:def function="f(b, c=d)"><e/></py:def><g py:match="h" py:with="i=1">$i</g></a>',
    f'<a {PY} {XI}><xi:include href="${{b}}"><xi:fallback>$c</xi:fallback></xi:include></a>',
)


def comparable(stream: Iterable[Any]) -> Iterator[Any]:
    """Return what a template's events say, in terms that compare."""
    for kind, data, position in stream:
        yield kind, position, content(kind, data)


def content(kind: Any, data: Any) -> Any:
    """Return what an event says."""
    if kind in (EXPR, EXEC):
        return data.source, data.code.co_name, data.code.co_firstlineno
    if kind is SUB:
        return [directive(applied) for applied in data[0]], list(comparable(data[1]))
    if kind is INCLUDE:
        return text_or_events(data[0]), list(comparable(data[2] or ()))
    if kind is START:
        return data[0], [(name, text_or_events(value)) for name, value in data[1]]
    return data


def text_or_events(value: Any) -> Any:
    """Return a value that may be made of events."""
    return list(comparable(value)) if isinstance(value, list) else value


def directive(applied: Any) -> Any:
    """Return what a directive is, and what it applies."""
    name = applied.tagname
    if isinstance(applied, DefDirective):
        return name, applied.name, applied.args, applied.star_args, sorted(applied.defaults)
    expression = applied.expr
    return name, None if expression is None else (expression.source, expression.code.co_name)


def case_files(*patterns: str) -> list[Path]:
    """Return files of the recorded cases."""
    return sorted(path for pattern in patterns for path in CASES.glob(f"*/repo/{pattern}"))


class SameEventsTests(SynchronousTestCase):
    """What Genshi takes is taken apart as Genshi does it."""

    def assert_same(
        self, genshi: type[Template], ours: type[Template], source: Any, path: str = "/t/t"
    ) -> None:
        expected, actual = (
            self.read(template_class, source, path) for template_class in (genshi, ours)
        )
        self.assertEqual(actual, expected, f"{path}: {source!r}")

    def read(self, template_class: type[Template], source: Any, path: str) -> Any:
        """Return the events of a template, or why there are none."""
        try:
            loader = TemplateLoader(os.path.dirname(path), variable_lookup=Lookup)
            template = template_class(source, path, path, loader=loader, lookup=Lookup)
            return list(comparable(template.stream))
        except TemplateError as error:
            return type(error), str(error), error.lineno

    def test_texts(self) -> None:
        """Text templates."""
        for text in TEXTS:
            self.assert_same(NewTextTemplate, Python3Text, text)
        for path in case_files("Cfg/**/*.genshi*"):
            self.assert_same(NewTextTemplate, Python3Text, path.read_bytes(), str(path))

    def test_old_texts(self) -> None:
        """Text templates in the old syntax."""
        for text in OLD_TEXTS:
            self.assert_same(OldTextTemplate, Python3OldText, text)

    def test_markups(self) -> None:
        """XML templates."""
        for text in MARKUPS:
            self.assert_same(MarkupTemplate, Python3Markup, text)
        for path in case_files("**/*.xml", "Bundler/*.genshi"):
            if b"genshi.edgewall.org" in path.read_bytes():
                self.assert_same(MarkupTemplate, Python3Markup, path.read_bytes(), str(path))

    def test_mistakes(self) -> None:
        """A mistake is told as Genshi tells it."""
        for text in (
            "\n${a b}", "a\n{% nothing %}", "{% python\na = 1\nb c\n%}", "${",
            "{% for a %}{% end %}", "{% if a b %}{% end %}", "{% with a b %}{% end %}",
            "{% with f() %}{% end %}",
        ):  # fmt: skip
            self.assert_same(NewTextTemplate, Python3Text, text)
        for text in (f'<a {PY}><py:nothing/></a>', f'<a {PY}><?python b c?></a>', "<a",
                     f'<a {PY} b="${{c d}}"/>', f'<a {PY} py:replace=""/>'):  # fmt: skip
            self.assert_same(MarkupTemplate, Python3Markup, text)


class MistakeTests(SynchronousTestCase):
    def test_signature(self) -> None:
        """A signature that is no Python is told with its place."""
        error = self.assertRaises(
            TemplateSyntaxError, lambda: Python3Text("\n{% def f( %}{% end %}", "/t").stream
        )
        self.assertIn('in "f(" of "def" directive', str(error))
        self.assertIn("(/t, line ", str(error))

    def test_names(self) -> None:
        """Names of a loop that are no Python, or missing, are told with their place."""
        for directive, reason in (
            ("for a b in c", 'invalid syntax in "a b" of "for" directive'),
            ("for in c", 'in "for" directive'),
            ("for a; b in c", '"a; b" in "for" directive is no name'),
        ):
            template = Python3Text(f"\n{{% {directive} %}}{{% end %}}", "/t")
            error = self.assertRaises(TemplateSyntaxError, getattr, template, "stream")
            self.assertIn(reason, str(error))
            self.assertIn("(/t, line ", str(error))

    def test_lists_of_names(self) -> None:
        """The names for the parts of a value may stand in brackets of any kind."""
        text = "{% for [a, (b, c)] in [(1, (2, 3))] %}$a$b$c{% end %}"
        self.assertEqual(render_text(Python3Text(text, "/t"), {}), "123")

    def test_failing_value(self) -> None:
        """A value of `with` that fails is quoted, with its line."""
        text = "\n{% with a = nothing + 1 %}$a{% end %}"
        template = Python3Text(text, "/t")
        error = self.assertRaises(UndefinedError, render_text, template, {})
        failure = render_failure(template, error, text)
        self.assertIn("at '<Expression 'nothing + 1'>'", failure.reason)
        self.assertEqual(failure.place, "/t:2")

    def test_blocks_forbidden(self) -> None:
        """A template that may have no blocks has none."""
        text = "<a><?python b = 1?></a>"
        self.assertRaises(TemplateSyntaxError, Python3Markup, text, allow_exec=False)


class DirectiveTests(SynchronousTestCase):
    """Directives take Python 3, and bytes as text where these stand in the output."""

    def test_text(self) -> None:
        """Directives of text templates."""
        text = (
            "{% def f(a, b=f'<{n}>', *c, **d) %}$a$b$c${sorted(d)}{% end %}${f(1)}${f(2, 3, x=4)}\n"
            "{% with a = f'{n}'; (b, c) = ({i for i in [n]}, a) %}$a${sorted(b)}$c{% end %}\n"
            "{% for a in {x: x for x in 'yz'} %}$a{% end %}"
            "{% if {n} == {2} %}if{% end %}"
            "{% choose f'{n}' %}{% when f'{2}' %}when{% end %}{% end %}"
        )
        expected = "1<2>23x\n222\nyzifwhen"
        self.assertEqual(render_text(Python3Text(text), {"n": 2}), expected)

    def test_markup(self) -> None:
        """Directives of XML templates."""
        text = (
            f"<a {PY} py:attrs=\"{{x: f'{{n}}' for x in 'b'}}\">"
            "<c py:content=\"f'{n}'.encode()\"/><d py:replace=\"f'{n}'.encode()\"/>"
            '<e py:strip="{n} == {2}">$n</e></a>'
        )
        rendered = Python3Markup(text).generate(n=2).render("xml", encoding=None)
        self.assertEqual(rendered, '<a b="2"><c>2</c>22</a>')


class IncludeTests(SynchronousTestCase):
    """What a template of the repository includes takes Python 3 as well."""

    def test_markup(self) -> None:
        """XML and text, read with the template or, with a name to be computed, while rendering."""
        bundle = (
            f'<Bundle {PY} {XI}><BoundPath name="/a"><xi:include href="../parts/a"/></BoundPath>'
            '<BoundPath name="/b"><xi:include href="../parts/${\'b\'}" parse="xml"/></BoundPath>'
            '<BoundPath name="/c"><xi:include href="../parts/c" parse="text"/></BoundPath></Bundle>'
        )
        parts = {"a": PART, "b": PART, "c": "${f'{1 + 1}'}"}
        files = {f"parts/{name}": text for name, text in parts.items()}
        core = a_core(self, {"Bundler/b.xml": bundle, **files})
        config = configuration(core)
        texts = [str(entry(config, "Path", name).xpath("string()")) for name in ("/a", "/b", "/c")]
        self.assertEqual(texts, ["2", "2", "2"])

    def test_text(self) -> None:
        """Text, included by a fixed and by a computed name."""
        files = {
            "Cfg/a/a.genshi": "{% include b.genshi_include %}{% include ${'c'}.genshi_include %}",
            "Cfg/a/b.genshi_include": "${f'{1 + 1}'}",
            "Cfg/a/c.genshi_include": "${f'{2 + 1}'}",
        }
        core = a_core(self, {"Bundler/b.xml": bundle_of("/a"), **files})
        self.assertEqual(entry(configuration(core), "Path", "/a").text, "23")
