"""Holding a file against the description of its kind."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence, Set
from dataclasses import dataclass, replace
from functools import cache
from hashlib import sha256

from bcfg2tw.engine.checks.file_kinds import kinds_of_plugin
from bcfg2tw.engine.checks.vocabulary import LOSSES, ElementRule, FileKind, Remark
from bcfg2tw.engine.xmlio import Element, is_element, line_of, parse_file
from bcfg2tw.errors import RepositoryError
from bcfg2tw.finding import Finding
from bcfg2tw.near_names import near_name

GENSHI = "{http://genshi.edgewall.org/}"

#: How alike names have to be where one may be right that no description knows.
ALIKE = 0.75
#: The same where it is certain that one is wrong.
NEAREST = 0.6

LINE_NUMBER = re.compile(r"\bline \d+")

#: So many texts of a kind are known to be right: thousands of a site's files say the same.
MOST_TEXTS = 5000


def findings_in(plugin: str, name: str, path: str, data: bytes) -> list[Finding]:
    """
    Return the mistakes in a file; none for one that is not well-formed, which others tell.

    :param plugin: name of the plugin, which is that of its folder
    :param name: the file's path below that folder
    :param path: full path
    :param data: content of the file
    """
    kind = kind_of(plugin, name)
    if kind is None:
        return []
    if kind.lines is not None:
        lines = data.decode("utf-8", "replace").removesuffix("\n").split("\n") if data else []
        return [Finding(*_located(remark, path), plugin) for remark in kind.lines(lines)]
    right, digest = _right_texts(kind.plugins, kind.names), sha256(data).digest()
    if digest in right:
        return []
    findings = _findings(kind, plugin, path, data)
    if not findings and len(right) < MOST_TEXTS:
        right.add(digest)
    return findings


@cache
def _right_texts(plugins: tuple[str, ...], names: tuple[str, ...]) -> set[bytes]:
    """
    Return checksums of texts in which there was nothing to find, as files of one kind.

    :param plugins: of the kind, which no other has with the same names
    """
    return set()


def _findings(kind: FileKind, plugin: str, path: str, data: bytes) -> list[Finding]:
    root = _parsed(path, data)
    return [] if root is None else findings_of(kind, plugin, path, root)


def _located(remark: Remark, path: str) -> tuple[str, str, str, int | None, str]:
    name, severity, line, message = remark
    return name, severity, path, line, message


def findings_in_included(plugin: str, name: str, path: str, data: bytes) -> list[Finding]:
    """
    Return the mistakes in a file that another one includes.

    It may begin with any element; one that begins as the other does is looked at.

    :param name: of the file that includes it, below the plugin's folder
    :param path: full path of the included file
    """
    kind = kind_of(plugin, name)
    root = None if kind is None else _parsed(path, data)
    if kind is None or root is None or root.tag not in kind.roots:
        return []
    return findings_of(replace(kind, required=()), plugin, path, root)


def refusal(
    plugin: str,
    name: str,
    findings: Sequence[Finding],
    accepted: Callable[[], Sequence[Finding] | None],
    is_strict: bool,
) -> Finding | None:
    """
    Return the mistake for which a file is not to be used as it is now, None if there is none.

    Where it was used before, none may be added by which it says less than was meant, or something
    else. Where it was not, that depends on its kind: a site that comes from Bcfg2 has files with
    mistakes that it works with.

    :param findings: the mistakes in the file, and in those that it includes
    :param accepted: returns those that it was used with before, None where it never was; asked
        only where something may be refused, as it may have to read the file's last good state
    :param is_strict: whether such mistakes are refused in any case
    """
    losses = [finding for finding in findings if finding.name in LOSSES]
    kind = kind_of(plugin, name) if losses else None
    if kind is None:
        return None
    known = accepted()
    names = LOSSES if known is not None or is_strict else kind.refused
    tolerated = Counter(map(_identity, known or ()))
    for finding in losses:
        if finding.name not in names:
            continue
        if not tolerated[_identity(finding)]:
            return finding
        tolerated[_identity(finding)] -= 1
    return None


def _identity(finding: Finding) -> tuple[str, str, str]:
    """Return what stays the same when lines are added above, also above another line it names."""
    return finding.name, finding.file, LINE_NUMBER.sub("line", finding.message)


def kind_of(plugin: str, name: str) -> FileKind | None:
    """Return the description of a file, None where there is none."""
    folder, _, base = name.rpartition("/")
    if folder.rpartition("/")[2] == base:
        return None  # in Cfg, the content of a path that is called so
    return next((kind for kind in kinds_of_plugin(plugin) if kind.is_of(plugin, name)), None)


def misnamed(plugin: str, names: Collection[str]) -> Iterator[tuple[str, str]]:
    """
    Yield files whose name is like one that the plugin reads, with that name, which is missing.

    Only for plugins that read files of fixed names, and no others.

    :param names: of the files below the plugin's folder
    """
    kinds = kinds_of_plugin(plugin)
    wanted = {name for kind in kinds for name in kind.names}
    if any(set("*?[") & set(name) for name in wanted):
        return
    for name in names:
        near = None if name in wanted else near_name(name, wanted.difference(names), ALIKE)
        if near is not None:
            yield name, near


def _parsed(path: str, data: bytes) -> Element | None:
    try:
        return parse_file(data, path)
    except RepositoryError:
        return None


def findings_of(kind: FileKind, plugin: str, path: str, root: Element) -> list[Finding]:
    """
    Return the mistakes in a document, in the order of their lines.

    :param path: full path of its file
    """
    findings = _Check(kind, plugin, path, root).findings()
    return sorted(findings, key=lambda finding: finding.line or 0)


@dataclass(frozen=True)
class _Check:
    """One file and its description."""

    kind: FileKind
    plugin: str
    path: str
    root: Element

    def findings(self) -> Iterator[Finding]:
        if self.kind.whole is not None:
            for remark in self.kind.whole(self.root):
                yield Finding(*_located(remark, self.path), self.plugin)
        if self.kind.roots:
            yield from self._elements()

    def _elements(self) -> Iterator[Finding]:
        if self.root.tag not in self.kind.roots:
            wanted = " or ".join(f"<{tag}>" for tag in self.kind.roots)
            message = f"the root is <{self.root.tag}>, {wanted} is wanted"
            yield self._finding("wrong-root", self.root, message)
            return
        rule = self.kind.rules[self.root.tag]
        own = replace(rule, required=(*rule.required, *self.kind.required))
        yield from self._attributes(self.root, own)
        if not any(tag.startswith(GENSHI + "match") for tag in map(_tag, self.root.iter())):
            yield from self._children(self.root, self.root.tag, rule)

    def _finding(self, name: str, element: Element, message: str) -> Finding:
        return Finding(name, "error", self.path, line_of(element), message, self.plugin)

    def _children(self, element: Element, parent: str, rule: ElementRule) -> Iterator[Finding]:
        """
        Look at what stands in an element.

        :param parent: tag of the nearest element that is no condition, whose rule counts
        """
        yield from self._text(element, rule)
        for child in element:
            tag = _tag(child)
            if tag.startswith(GENSHI):
                yield from self._children(child, parent, rule)
            elif tag and not tag.startswith("{"):
                yield from self._child(child, tag, parent, rule)

    def _text(self, element: Element, rule: ElementRule) -> Iterator[Finding]:
        """Look for text where elements belong: what was to be one may have lost its brackets."""
        if rule.has_text or rule.is_open or not rule.children:
            return
        for text in (element.text, *(child.tail for child in element)):
            if text and text.strip():
                message = f"{text.strip()[:40]!r} means nothing in <{element.tag}>"
                yield self._finding("stray-text", element, message)

    def _child(self, child: Element, tag: str, parent: str, rule: ElementRule) -> Iterator[Finding]:
        below = self.kind.rules.get(tag)
        if tag in self.kind.conditions and tag not in (rule.children or ()):
            yield from self._attributes(child, self.kind.conditions[tag])
            yield from self._children(child, parent, rule)
        elif tag not in (rule.children or ()):
            yield from self._unknown(child, tag, parent, rule)
        elif below is not None:
            yield from self._attributes(child, below)
            if below.children is not None:
                yield from self._children(child, tag, below)

    def _unknown(
        self, child: Element, tag: str, parent: str, rule: ElementRule
    ) -> Iterator[Finding]:
        likeness = ALIKE if rule.is_open else NEAREST
        near = _near_tag(tag, {*(rule.children or ()), *self.kind.conditions}, likeness)
        if near is None and rule.is_open:
            return
        message = f"<{tag}> means nothing in <{parent}>"
        if near is None:
            yield self._finding("unknown-element", child, message)
        else:
            name = "misspelt-condition" if near in self.kind.conditions else "misspelt-element"
            yield self._finding(name, child, f"{message}: did you mean <{near}>?")

    def _attributes(self, element: Element, rule: ElementRule) -> Iterator[Finding]:
        given = {str(name): str(value) for name, value in element.attrib.items()}
        if any(name.startswith(GENSHI) for name in given):
            return  # these may add attributes, or take the element away
        unknown = [
            name for name in given if name not in rule.attributes and not name.startswith("{")
        ]
        for names in rule.required:
            if not any(given.get(name) for name in names):
                yield self._missing(element, names, unknown)
        for name in unknown:
            yield from self._unknown_attribute(element, name, rule, given)
        for name in given:
            yield from self._value(element, name, given[name], rule)

    def _missing(self, element: Element, names: tuple[str, ...], unknown: list[str]) -> Finding:
        near = next((near for name in names if (near := near_name(name, unknown, NEAREST))), None)
        if near is not None:
            unknown.remove(near)
        wanted = f"no {names[0]}" + "".join(f", nor {name}" for name in names[1:])
        has = "" if near is None else f" (it has {near})"
        message = f"<{element.tag}> has {wanted}{has}"
        return self._finding("missing-attribute", element, message)

    def _unknown_attribute(
        self, element: Element, name: str, rule: ElementRule, given: dict[str, str]
    ) -> Iterator[Finding]:
        if name in rule.renamed:
            message = f"<{element.tag}> has {name}, which is not read: write {rule.renamed[name]}"
            yield self._finding("renamed-attribute", element, message)
            return
        near = near_name(name, rule.attributes - set(given), ALIKE)
        if near is not None:
            message = f"<{element.tag}> has {name}, which means nothing: did you mean {near}?"
            yield self._finding("misspelt-attribute", element, message)

    def _value(
        self, element: Element, name: str, value: str, rule: ElementRule
    ) -> Iterator[Finding]:
        values = rule.values.get(name)
        if values is None or "$" in value or "%" in value or values.matches(value):
            return
        message = f"{name}={value!r} of <{element.tag}> is no {values.noun}: write {values.remedy}"
        yield self._finding("bad-value", element, message)


def _near_tag(tag: str, tags: Set[str], likeness: float) -> str | None:
    """Return the tag that is most like another one; a prefix Bound says nothing of likeness."""
    prefix = "Bound" if tag.startswith("Bound") else ""
    short = {name.removeprefix(prefix): name for name in tags if name.startswith(prefix)}
    near = near_name(tag.removeprefix(prefix), short, likeness)
    return None if near is None else short[near]


def _tag(node: Element) -> str:
    """Return a node's tag, empty for comments and processing instructions."""
    return str(node.tag) if is_element(node) else ""
