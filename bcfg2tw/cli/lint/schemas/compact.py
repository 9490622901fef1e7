"""RELAX NG in its compact syntax, from the XML of `grammar.py`, for what that uses."""

from __future__ import annotations

from bcfg2tw.engine.xmlio import Element

__all__ = ["compact"]

_HEAD = """\
default namespace = ""
namespace local = ""
namespace py = "http://genshi.edgewall.org/"
namespace xi = "http://www.w3.org/2001/XInclude"
"""
_PREFIXES = {
    "": "local", "http://genshi.edgewall.org/": "py", "http://www.w3.org/2001/XInclude": "xi"
}  # fmt: skip
_NAMES = ("anyName", "nsName", "name")


def compact(grammar: Element) -> str:
    """Return a grammar in the compact syntax."""
    lines = [_HEAD]
    for part in grammar:
        name = "start" if _tag(part) == "start" else _identifier(part.get("name", ""))
        lines.append(f"{name} = {_group(list(part))}")
    return "\n".join(lines) + "\n"


def _identifier(name: str) -> str:
    return f"\\{name}" if name in ("element", "attribute", "text", "list") else name


def _tag(node: Element) -> str:
    return str(node.tag).partition("}")[2]


def _group(nodes: list[Element]) -> str:
    patterns = [_pattern(node) for node in nodes if _tag(node) not in _NAMES]
    return "empty" if not patterns else ", ".join(patterns)


def _pattern(node: Element) -> str:
    tag, children = _tag(node), list(node)
    if tag in ("element", "attribute"):
        content = _group(children) if tag == "element" or _patterns(children) else "text"
        return f"{tag} {_name_of(node)} {{ {content} }}"
    if tag == "choice":
        return f"({' | '.join(map(_member, children))})"
    if tag == "group":
        return f"({_group(children)})"
    if tag in ("optional", "zeroOrMore"):
        return f"({_group(children)}){'?' if tag == 'optional' else '*'}"
    if tag == "ref":
        return _identifier(node.get("name", ""))
    if tag == "data":
        # a backslash is no escape in this syntax
        return f'xsd:string {{ pattern = "{children[0].text}" }}' if children else "xsd:string"
    return tag  # text


def _member(node: Element) -> str:
    return _pattern(node)


def _patterns(children: list[Element]) -> list[Element]:
    return [child for child in children if _tag(child) not in _NAMES]


def _name_of(node: Element) -> str:
    name = node.get("name")
    if name is not None:
        prefix = _PREFIXES[node.get("ns", "")]
        return name if prefix == "local" else f"{prefix}:{name}"
    return _name_class(node[0])


def _name_class(node: Element) -> str:
    tag = _tag(node)
    if tag == "name":
        return f"{_PREFIXES[node.get('ns', '')]}:{node.text}"
    if tag == "nsName":
        return f"{_PREFIXES[node.get('ns', '')]}:*"
    inner = [_name_class(child) for excluded in node for child in excluded]
    return "*" if not inner else f"* - ({' | '.join(inner)})"
