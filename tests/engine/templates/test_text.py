"""Rendering text templates without Genshi's pipeline."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from itertools import product
from typing import Any, TypeAlias

from genshi.builder import tag
from genshi.core import Markup
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.core import Core
from bcfg2tw.engine.model.effects import Look
from bcfg2tw.engine.plugins.cfg.cfg import PathFolders
from bcfg2tw.engine.plugins.cfg.kind import kind_of
from bcfg2tw.engine.plugins.cfg.templates.genshi_text import GenshiText
from bcfg2tw.engine.templates.genshi_syntax import Python3Text
from bcfg2tw.engine.templates.text import TextTemplate, render_text
from bcfg2tw.settings import Settings
from tests.builders import a_repository, some_settings
from tests.conformance.case import CASES, settings_of
from tests.patience import IN_ANY_TIME

Render: TypeAlias = Callable[[TextTemplate, dict[str, Any]], str]

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


def render_with_genshi(template: TextTemplate, variables: dict[str, Any]) -> str:
    """Render a text template through Genshi's own pipeline."""
    text: str = template.generate(**variables).render("text", encoding=None)
    return text


class SameTests(SynchronousTestCase):
    @IN_ANY_TIME
    @given(
        st.sampled_from(TEMPLATES),
        st.text(),
        st.lists(st.one_of(st.text(), st.integers(), st.none(), st.booleans())),
    )
    def test_same(self, text: str, name: str, items: list[Any]) -> None:
        """A template comes to the same as Genshi makes of it."""
        template = Python3Text(text, filepath="/t", filename="/t")
        expected = render_with_genshi(template, variables(name, items))
        self.assertEqual(render_text(template, variables(name, items)), expected)

    def test_loop_variable(self) -> None:
        """A loop's variable hides an outer one, and only inside the loop."""
        text = "{% for name in items %}$name{% end %}$name"
        template = Python3Text(text)
        self.assertEqual(render_text(template, variables("out", ["in"])), "inout")

    def test_python_2_names(self) -> None:
        """Names that Python 2 had are there in expressions and blocks, behind variables."""
        text = "{% python x = unicode(3) %}$x ${isinstance(x, basestring)} ${long}"
        template = Python3Text(text)
        self.assertEqual(render_text(template, {"long": "own"}), "3 True own")


def text_templates(core: Core) -> Iterator[tuple[str, GenshiText]]:
    """Return the text templates of a repository, each with the path that it is for."""
    for plugin in core.plugins_by_type(PathFolders):  # Cfg and TGenshi
        for name in plugin.files:
            folder, file = os.path.split(name)
            kind = kind_of(file, os.path.basename(folder), plugin.kinds(core.settings))
            value = plugin.files.load(name, kind[0]) if kind is not None else None
            if isinstance(value, GenshiText) and isinstance(value.template, TextTemplate):
                yield "/" + folder, value


class RepositoryTests(SynchronousTestCase):
    """Each text template of a repository, for each client, rendered in both ways."""

    def compare(self, settings: Settings) -> int:
        """Compare both ways, and return in how many cases."""
        core = Core(settings, Look())
        self.addCleanup(core.shutdown)
        core.load_plugins()
        pairs = list(product(text_templates(core), core.metadata.client_names()))
        for (path, generator), client in pairs:
            direct, genshi = (
                self.outcome(core, path, generator, client, render)
                for render in (render_text, render_with_genshi)
            )
            self.assertEqual(direct, genshi, f"{generator.path} for {client}")
        return len(pairs)

    def outcome(
        self, core: Core, path: str, generator: GenshiText, client: str, render: Render
    ) -> str:
        """Return what a template comes to for a client, or what it raises."""
        metadata = core.build_metadata(client).for_build()
        variables = generator.variables(etree.Element("Path", name=path), metadata)
        try:
            return render(generator.template, variables)
        except Exception as error:  # the template's own code
            return f"{type(error).__name__}: {error}"

    def test_cases(self) -> None:
        """The templates of the recorded cases come to the same, failures included."""
        templates = (path.relative_to(CASES) for path in CASES.glob("*/repo/Cfg/**/*.genshi*"))
        cases = sorted({path.parts[0] for path in templates})
        compared = sum(self.compare(settings_of(case, self.mktemp())) for case in cases)
        self.assertGreater(compared, 100)

    def test_old_repository(self) -> None:
        """Templates of TGenshi come to the same, in the new syntax and in the old one."""
        folder = a_repository(
            self,
            {
                "TGenshi/new/template.newtxt": "{% for name in sorted(metadata.groups) %}$name\n"
                "{% end %}{% include part %}",
                "TGenshi/new/part": "{% def f(x) %}<$x>{% end %}${f(path)}",
                "TGenshi/old/template.txt": "## a comment\n#for name in sorted(metadata.groups)\n"
                "#choose name\n#when 'all'\n\\#$name\n#end\n#end\n#end\n"
                "#include other.txt\n\\#end",
                "TGenshi/old/other.txt": "#with x = f'{name}'; y = x\n${[x, y]}\n#end\n",
            },
        )
        self.assertEqual(self.compare(some_settings(folder)), 2)
