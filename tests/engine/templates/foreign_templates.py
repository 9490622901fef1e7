"""
A program that uses Genshi for itself, imports all of bcfg2tw, and says what is different then.

It imports nothing but Genshi before it has seen how Genshi is, and prints a line for each thing
that has become another one.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from types import FunctionType, ModuleType
from typing import Any

import genshi
from genshi.template import MarkupTemplate, NewTextTemplate, OldTextTemplate
from genshi.template.base import Template

PY = 'xmlns:py="http://genshi.edgewall.org/"'

#: Libraries that the tests do not install.
OPTIONAL = ("ldap",)

#: Templates that Genshi understands without us: bytes are a list of numbers to it.
UNDERSTOOD = (
    (NewTextTemplate, "{% for i in [1, 2] %}$i{% end %}${x}{% with y = x %}$y{% end %}"),
    (OldTextTemplate, "#for i in [1, 2]\n$i\n#end\n${x}"),
    (MarkupTemplate, f'<a {PY} b="${{x}}"><c py:for="i in [1, 2]" py:content="i"/>$x</a>'),
)

#: Templates in Python 3, which it does not understand.
NOT_UNDERSTOOD = (
    (NewTextTemplate, "${f'{x}'}"),
    (NewTextTemplate, "${{i for i in x}}"),
    (NewTextTemplate, "{% python\ntry:\n    y = 1\nexcept KeyError as error:\n    y = 2\n%}$y"),
    (NewTextTemplate, "{% if f'{x}' %}$x{% end %}"),
    (NewTextTemplate, "{% def f(y=f'{x}') %}$y{% end %}"),
    (NewTextTemplate, "${unicode(x)}"),
    (OldTextTemplate, "#with y = f'{x}'\n$y\n#end"),
    (MarkupTemplate, f'<a {PY} b="${{{{i: i for i in x}}}}"/>'),
    (MarkupTemplate, f"<a {PY} py:content=\"f'{{x}}'\"/>"),
    (MarkupTemplate, f"<a {PY}><?python y = f'{{x}}' ?>$y</a>"),
)


def outcomes() -> list[str]:
    """Return what each template comes to for others, or why it comes to nothing."""
    return [outcome(kind, text) for kind, text in (*UNDERSTOOD, *NOT_UNDERSTOOD)]


def outcome(template_class: type[Template], text: str) -> str:
    """Return what a template comes to, or why it comes to nothing."""
    try:
        return str(template_class(text).generate(x=b"ab").render(encoding=None))
    except Exception as error:  # Genshi raises plain Exception for what it does not understand
        return f"{type(error).__name__}: {error}"


def modules_of(package: ModuleType) -> list[ModuleType]:
    """Import all modules of a package but tests and what is a program."""
    names = [package.__name__]
    for _, name, is_package in pkgutil.iter_modules(package.__path__, package.__name__ + "."):
        if is_package and not name.endswith(".tests"):
            names += [module.__name__ for module in modules_of(importlib.import_module(name))]
        elif not name.endswith(("__main__", ".tests")):
            names.append(name)
    return list(filter(None, map(import_if_possible, names)))


def import_if_possible(name: str) -> ModuleType | None:
    """Import a module, unless it is for a library that comes without wheels and is not there."""
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name not in OPTIONAL:
            raise
        return None


def parts_of(owner: Any, name: str) -> Iterator[tuple[str, Any]]:
    """Return what a module or class consists of, by name, with the code of functions."""
    for attribute, value in list(vars(owner).items()):
        yield f"{name}.{attribute}", value
        if isinstance(value, FunctionType):
            yield f"{name}.{attribute}.__code__", value.__code__
        elif isinstance(value, (list, tuple)):
            yield from ((f"{name}.{attribute}[{i}]", part) for i, part in enumerate(value))
        elif isinstance(value, type) and value.__module__.startswith("genshi") and owner != value:
            yield from parts_of(value, f"{name}.{attribute}")


def state() -> dict[str, Any]:
    """Return all that Genshi consists of."""
    return {
        part: value
        for module in modules_of(genshi)
        for part, value in parts_of(module, module.__name__)
    }


def use_ours() -> None:
    """Import all of bcfg2tw, and render templates of its own."""
    modules_of(importlib.import_module("bcfg2tw"))
    syntax = importlib.import_module("bcfg2tw.engine.templates.genshi_syntax")
    text = importlib.import_module("bcfg2tw.engine.templates.text")
    ours = {
        NewTextTemplate: syntax.Python3Text,
        OldTextTemplate: syntax.Python3OldText,
        MarkupTemplate: syntax.Python3Markup,
    }
    for template_class, source in (*UNDERSTOOD, *NOT_UNDERSTOOD):
        template = ours[template_class](source)
        if template_class is not MarkupTemplate:
            text.render_text(template, {"x": b"ab"})
        template.generate(x=b"ab").render(encoding=None)


def main() -> None:
    """Print what is different once we are there."""
    before, parts, earlier = outcomes(), state(), [kind(text) for kind, text in UNDERSTOOD]
    use_ours()
    now = state()
    for name in sorted({*parts, *now}):
        if parts.get(name) is not now.get(name):
            print(name)
    after = [
        *(str(template.generate(x=b"ab")) for template in earlier),
        *outcomes()[len(earlier) :],
    ]
    for expected, actual in zip(before, after, strict=True):
        if expected != actual:
            print(expected, "became", actual)


if __name__ == "__main__":
    main()
