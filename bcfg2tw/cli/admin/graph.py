"""The graph of groups, bundles and clients, in the language of graphviz (:ref:`tools-2`)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle

from bcfg2tw.engine.model.client_metadata import ClientMetadata, MetadataGroup

__all__ = ["Graph"]

_COLOURS = (
    "steelblue1", "chartreuse", "gold", "magenta", "indianred1", "limegreen", "orange1",
    "lightblue2", "green1", "blue1", "yellow1", "darkturquoise", "gray66",
)  # fmt: skip

_KEY = """\
subgraph cluster_key {
\tstyle="filled";
\tcolor="lightblue";
\tBundle [ shape="septagon" ];
\tGroup [ shape="ellipse" ];
\t"Group Category" [ shape="trapezium", style="filled" ];
\tProfile [ style="bold", shape="ellipse" ];
\tHblock [ label="Host1|Host2|Host3", shape="record" ];
\tlabel="Key";
\t}"""


@dataclass(frozen=True)
class Graph:
    """
    A graph.

    :ivar groups: all groups, in the order of their declaration
    :ivar edges: pairs of groups, the second one of which the first brings with it
    :ivar clients: those that are drawn
    :ivar only: the client whose groups and bundles alone are drawn
    """

    groups: Sequence[MetadataGroup]
    edges: Sequence[tuple[str, str]]
    clients: Sequence[ClientMetadata] = ()
    only: ClientMetadata | None = None
    with_bundles: bool = False
    with_key: bool = False

    def lines(self) -> Iterator[str]:
        """Return the graph as text, line by line."""
        yield "digraph groups {"
        yield '\trankdir="LR";'
        body = [*self._hosts(), *self._bundles(), *self._groups(), *self._edges(), *self._keys()]
        yield from (f"\t{line}" for line in body)
        yield "}"

    def _shown(self, names: Collection[str], kind: str) -> list[str]:
        """Return those names of groups or bundles that are drawn, sorted."""
        if self.only is None:
            return sorted(names)
        return sorted(set(names) & set(getattr(self.only, kind)))

    def _hosts(self) -> Iterator[str]:
        profiles: dict[str, list[str]] = {}
        for client in self.clients:
            if client.profile is not None:
                profiles.setdefault(client.profile, []).append(client.hostname)
        for profile, hosts in profiles.items():
            label = "|".join(sorted(map(_escaped, hosts)))
            node = _escaped(f"{profile}-instances")
            yield f'"{node}" [ label="{label}", shape="record" ];'
            yield f'"{node}" -> "group-{_escaped(profile)}";'

    def _bundles(self) -> Iterator[str]:
        if not self.with_bundles:
            return
        names = {bundle for group in self.groups for bundle in group.bundles}
        for name in self._shown(names, "bundles"):
            bundle = _escaped(name)
            yield f'"bundle-{bundle}" [ label="{bundle}", shape="septagon"];'

    def _groups(self) -> Iterator[str]:
        colours = self._colours()
        shown = self._shown([group.name for group in self.groups], "groups")
        for group in self.groups:
            if group.name in shown:
                style = "filled, bold" if group.is_profile else "filled"
                name, colour = _escaped(group.name), colours[group.category]
                yield f'"group-{name}" [label="{name}", style="{style}", fillcolor={colour}];'

    def _colours(self) -> dict[str | None, str]:
        """Return a colour for each category, and for groups without one."""
        categories = dict.fromkeys(group.category for group in self.groups)
        return dict(zip(categories, cycle(_COLOURS), strict=False))

    def _edges(self) -> Iterator[str]:
        shown = set(self._shown([group.name for group in self.groups], "groups"))
        for group in self.groups:
            if self.with_bundles and group.name in shown:
                for bundle in self._shown(group.bundles, "bundles"):
                    yield f'"group-{_escaped(group.name)}" -> "bundle-{_escaped(bundle)}";'
        for parent, child in dict.fromkeys(self.edges):
            if {parent, child} <= shown:
                yield f'"group-{_escaped(parent)}" -> "group-{_escaped(child)}";'

    def _keys(self) -> Iterator[str]:
        if not self.with_key:
            return
        colours = {category or "default": colour for category, colour in self._colours().items()}
        for name, colour in {**colours, "default": "grey83"}.items():
            category = _escaped(name)
            yield (
                f'"{category}" [label="{category}", shape="trapezium", style="filled", '
                f'fillcolor="{colour}"];'
            )
        yield from _KEY.split("\n")


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
