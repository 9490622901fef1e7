"""Pages looked at closely: each tag has its end, ids are unique, references lead to them."""

from __future__ import annotations

from collections import Counter
from html.parser import HTMLParser

#: Elements without an end.
VOID = frozenset(
    ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr")
)
#: Elements that a paragraph cannot have in it: a browser would end it there.
BLOCKS = frozenset(
    ("article", "details", "div", "dl", "figure", "footer", "form", "h1", "h2", "h3", "header",
     "main", "nav", "ol", "p", "pre", "section", "table", "ul")
)  # fmt: skip
REFERENCES = ("for", "aria-labelledby", "aria-describedby", "list")


class PageParser(HTMLParser):
    """
    Reads a page.

    :ivar mistakes: sentences, empty for a page without any
    :ivar links: the values of `href`
    :ivar text: all that is shown
    """

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.mistakes: list[str] = []
        self.links: list[str] = []
        self.text = ""
        self._open: list[str] = []
        self._ids = Counter[str]()
        self._wanted: list[str] = []
        self.feed(page)
        self.close()
        self.mistakes += [f"<{tag}> is never closed" for tag in self._open]
        self.mistakes += [f"id {name} is there twice" for name, n in self._ids.items() if n > 1]
        self.mistakes += [f"there is no id {name}" for name in self._wanted if not self._ids[name]]

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        """Take an element in, and look at its attributes."""
        if tag in BLOCKS and "p" in self._open:
            self.mistakes.append(f"<{tag}> in <p>")
        if tag not in VOID:
            self._open.append(tag)
        names = Counter(name for name, _ in attributes)
        self.mistakes += [f"{name} is twice in <{tag}>" for name, n in names.items() if n > 1]
        for name, value in attributes:
            self._look_at(tag, name, value or "")

    def _look_at(self, tag: str, name: str, value: str) -> None:
        if name == "style" or name.startswith("on"):
            self.mistakes.append(f"{name} in <{tag}>: the policy for contents forbids it")
        if name == "id":
            self._ids[value] += 1
        if name in REFERENCES:
            self._wanted += value.split()
        if name == "href":
            self.links.append(value)
            if value.startswith("#"):
                self._wanted.append(value[1:])

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        """Take in an element that ends itself, as those of SVG do."""
        self.handle_starttag(tag, attributes)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        """Close an element: the last one that was opened, or else it is a mistake."""
        if not self._open or self._open[-1] != tag:
            self.mistakes.append(f"</{tag}> closes {self._open[-1:]}")
        else:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        """Take text in."""
        self.text += data
