"""Rendering text templates without Genshi's pipeline."""

from __future__ import annotations

from typing import Any

from genshi.builder import tag
from genshi.core import Markup
from genshi.template import NewTextTemplate
from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.templates.genshi_templates import Lookup
from bcfg2tw.engine.templates.text import render_text
from tests.patience import IN_ANY_TIME

TEMPLATES = (
    "plain\n",
    "$name ${name.upper()} $$ ${'a' + \"b\"}",
    "{% for a in items %}\\\n- $a\n{% end %}",
    "{% for a, b in pairs %}$a=$b {% for c in items %}$c{% end %}{% end %}",
    "{% if items %}yes{% end %}{% if not items %}no{% end %}",
    "{% if name %}{% for a in items %}{% if a %}$a{% end %}{% end %}{% end %}",
    "{% choose %}{% when len(items) == 2 %}two{% end %}{% otherwise %}x{% end %}{% end %}",
    "{% choose name %}{% when 'x' %}x{% end %}{% otherwise %}other{% end %}{% end %}",
    "{% with y = 3; z = y + 1 %}$y $z{% end %}",
    "{% def f(x, y='d') %}[$x $y]{% end %}${f(1)}${f(2, y=name)}${f('z')}",
    "{% def f %}bare{% end %}${f()} ${f()}${f()}",
    "{% python\ndef twice(x):\n    return x * 2\nn = twice(4)\n%}$n ${twice(name)}",
    "{% python total = 0 %}{% for a in items %}{% python total = total + 1 %}{% end %}$total",
    "{# a comment #}a{# another #}",
    "${None}|${True}|${1.5}|${10 ** 20}|${markup}|${element}|${b'x'}|${(1, None, 'x')}|${{}}",
    "${defined('name')} ${defined('nothing')} ${value_of('nothing', 'else')}",
    "${[a for a in items if a]} ${(lambda q: q + name)('v')} ${sorted(items, key=str)}",
    "${Markup('<b>')} {% for a in [] %}never{% end %}${pairs[0][0]}${{'k': name}.k}",
    "\\{% escaped \\\\ {% if 1 %}\\\nx\\\n{% end %}",
)


def variables(name: str, items: list[Any]) -> dict[str, Any]:
    """Return variables for the templates."""
    return {
        "name": name,
        "items": items,
        "pairs": [("k", 1), ("l", None)],
        "markup": Markup("<b>&amp;</b>"),
        "element": tag.a("text", href="x"),
    }


class SameTests(SynchronousTestCase):
    @IN_ANY_TIME
    @given(
        st.sampled_from(TEMPLATES),
        st.text(),
        st.lists(st.one_of(st.text(), st.integers(), st.none(), st.booleans())),
    )
    def test_same(self, text: str, name: str, items: list[Any]) -> None:
        """A template comes to the same as Genshi makes of it."""
        template = NewTextTemplate(text, filepath="/t", filename="/t", lookup=Lookup)
        expected = template.generate(**variables(name, items)).render("text", encoding=None)
        self.assertEqual(render_text(template, variables(name, items)), expected)

    def test_loop_variable(self) -> None:
        """A loop's variable hides an outer one, and only inside the loop."""
        text = "{% for name in items %}$name{% end %}$name"
        template = NewTextTemplate(text, lookup=Lookup)
        self.assertEqual(render_text(template, variables("out", ["in"])), "inout")

    def test_python_2_names(self) -> None:
        """Names that Python 2 had are there in expressions and blocks, behind variables."""
        text = "{% python x = unicode(3) %}$x ${isinstance(x, basestring)} ${long}"
        template = NewTextTemplate(text, lookup=Lookup)
        self.assertEqual(render_text(template, {"long": "own"}), "3 True own")
