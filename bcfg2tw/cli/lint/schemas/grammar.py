"""
RELAX NG of a kind of file.

What a condition or an element of Genshi may hold is what its nearest other element may hold, so
each element has a definition for itself and one for its content. Elements that only a site's own
plugins know are not in it, nor are attributes that mean nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, cast

from lxml import etree

from bcfg2tw.cli.lint.schemas.values import pattern_of
from bcfg2tw.engine.checks.vocabulary import ElementRule, FileKind
from bcfg2tw.engine.xmlio import Element

__all__ = ["relax_ng"]

RNG = "http://relaxng.org/ns/structure/1.0"
TYPES = "http://www.w3.org/2001/XMLSchema-datatypes"
GENSHI = "http://genshi.edgewall.org/"
XINCLUDE = "http://www.w3.org/2001/XInclude"


def relax_ng(kind: FileKind) -> Element:
    """Return the schema of a kind of file."""
    return _Grammar(kind).document()


def _node(tag: str, *children: Element, **attributes: str) -> Element:
    node = etree.Element(f"{{{RNG}}}{tag}", attributes, nsmap=cast(Any, {None: RNG}))
    node.extend(children)
    return node


def _ref(name: str) -> Element:
    return _node("ref", name=name)


class _Grammar:
    """The grammar while it is made."""

    def __init__(self, kind: FileKind) -> None:
        self._kind = kind
        self._root = _node("grammar", datatypeLibrary=TYPES)
        self._defined: set[str] = set()

    def document(self) -> Element:
        """Return the whole grammar."""
        self._root.append(_node("start", _node("choice", *map(self._element, self._kind.roots))))
        self._define("anything", _anything())
        self._define("foreign-attributes", _foreign_attributes())
        self._define("xinclude", _include())
        return self._root

    def _define(self, name: str, *children: Element) -> Element:
        self._root.append(_node("define", *children, name=name))
        return _ref(name)

    def _element(self, tag: str) -> Element:
        """Return a reference to an element, which is defined if it is not yet."""
        name, rule = f"element.{tag}", self._kind.rules.get(tag)
        if name in self._defined:
            return _ref(name)
        self._defined.add(name)
        if rule is None or rule.children is None:
            return self._define(name, _node("element", _ref("anything"), name=tag))
        inner = [*_attributes(rule), self._content(tag, rule)]
        return self._define(name, _node("element", *inner, name=tag))

    def _content(self, tag: str, rule: ElementRule) -> Element:
        name = f"content.{tag}"
        if name in self._defined:
            return _ref(name)
        self._defined.add(name)
        children = sorted(rule.children or ())
        choices = [self._element(child) for child in children]
        choices += [
            self._condition(condition, tag, rule)
            for condition in sorted(self._kind.conditions)
            if condition not in children
        ]
        if rule.has_text or not children or rule.is_open:
            choices.append(_node("text"))
        choices += [_ref("xinclude"), _directive(name)]
        return self._define(name, _node("zeroOrMore", _node("choice", *choices)))

    def _condition(self, condition: str, tag: str, rule: ElementRule) -> Element:
        name = f"condition.{condition}.in.{tag}"
        if name not in self._defined:
            self._defined.add(name)
            inner = [*_attributes(self._kind.conditions[condition]), _ref(f"content.{tag}")]
            self._define(name, _node("element", *inner, name=condition))
        return _ref(name)


def _anything() -> Element:
    attribute = _node("attribute", _node("anyName"))
    element = _node("element", _node("anyName"), _ref("anything"))
    return _node("zeroOrMore", _node("choice", attribute, element, _node("text")))


def _foreign_attributes() -> Element:
    """Return attributes of other namespaces, but the one by which Genshi adds attributes."""
    without = _node("except", _node("nsName", ns=""), _genshi_attributes_name())
    return _node("zeroOrMore", _node("attribute", _node("anyName", without)))


def _genshi_attributes_name() -> Element:
    name = _node("name", ns=GENSHI)
    name.text = "attrs"
    return name


def _include() -> Element:
    return _node("element", _ref("anything"), name="include", ns=XINCLUDE)


def _directive(content: str) -> Element:
    """Return an element of Genshi around a content."""
    return _node(
        "element", _node("nsName", ns=GENSHI),
        _node("zeroOrMore", _node("attribute", _node("anyName"))),
        _node("zeroOrMore", _node("choice", _node("text"), _ref(content))),
    )  # fmt: skip


def _attributes(rule: ElementRule) -> Iterable[Element]:
    """Yield the attributes of an element; with py:attrs none is required."""
    if not rule.required:
        yield from _optional(rule, sorted(rule.attributes))
        yield _node("optional", _genshi_attributes())
        yield _ref("foreign-attributes")
        return
    alternatives = {name for names in rule.required for name in names}
    others = sorted(rule.attributes - alternatives)
    strict = [
        *(_one_of(rule, names) for names in rule.required),
        *_optional(rule, others),
        _ref("foreign-attributes"),
    ]
    loose = [
        _genshi_attributes(),
        *_optional(rule, sorted(rule.attributes | alternatives)),
        _ref("foreign-attributes"),
    ]
    yield _node("choice", _node("group", *strict), _node("group", *loose))


def _genshi_attributes() -> Element:
    return _node("attribute", _genshi_attributes_name())


def _optional(rule: ElementRule, names: Iterable[str]) -> Iterable[Element]:
    return (_node("optional", _attribute(rule, name)) for name in names)


def _one_of(rule: ElementRule, names: tuple[str, ...]) -> Element:
    """Return a choice in which one of several attributes is there, and others may be."""
    choices = [
        _node("group", _attribute(rule, name), *_optional(rule, names[number:]))
        for number, name in enumerate(names, 1)
    ]
    return choices[0] if len(choices) == 1 else _node("choice", *choices)


def _attribute(rule: ElementRule, name: str) -> Element:
    values = rule.values.get(name)
    if values is None or values.pattern is None:
        return _node("attribute", name=name)
    return _node("attribute", _data(values.pattern), name=name)


def _data(pattern: re.Pattern[str]) -> Element:
    parameter = _node("param", name="pattern")
    parameter.text = pattern_of(pattern)
    return _node("data", parameter, type="string")
