"""Metadata: declarations of clients and groups."""

from __future__ import annotations

from collections.abc import Iterator

from bcfg2tw.cli.lint.check import Check, Kind, Remark, at
from bcfg2tw.cli.lint.elements import describe
from bcfg2tw.engine.xmlio import Element, line_of


class Metadata(Check):
    """Looks at groups.xml and clients.xml, whatever files take part."""

    name = "Metadata"
    plugin = "Metadata"
    is_upstream = True
    kinds = {
        "nested-client-tags": Kind(
            "warning",
            "A Client stands in another Client of groups.xml: no client is both. Move it out.",
        ),
        "deprecated-clients-options": Kind(
            "warning",
            "location is the old name: write floating='true' for location='floating', and "
            "floating='false' or nothing for location='fixed' (--fix does).",
        ),
        "nonexistent-profile-group": Kind(
            "error",
            "The profile of a client is declared nowhere in groups.xml. Correct its name, or "
            "declare the group with profile='true'.",
        ),
        "non-profile-set-as-profile": Kind(
            "error",
            "The profile of a client is a group that is no profile. Give the group "
            "profile='true', or the client another profile.",
        ),
        "duplicate-group": Kind(
            "error",
            "A group is declared more than once with attributes; one declaration counts, the "
            "others do not. Leave one of them with all attributes.",
        ),
        "duplicate-client": Kind(
            "error", "A client is declared more than once. Leave one of the declarations."
        ),
        "multiple-default-groups": Kind(
            "error",
            "Several groups have default='true'; unknown clients can be given one profile only. "
            "Leave one.",
        ),
        "default-is-not-profile": Kind(
            "error",
            "The default group is no profile, so that it can be no client's. Give it "
            "profile='true'.",
        ),
    }

    def run(self) -> Iterator[Remark]:
        """Look at both files."""
        groups = self.repository.document(self.repository.path("Metadata", "groups.xml"))
        clients = self.repository.document(self.repository.path("Metadata", "clients.xml"))
        if groups is not None:
            yield from self._nested(groups)
            yield from self._repeated_groups(groups)
            yield from self._defaults(groups)
        if clients is not None:
            yield from self._old_options(clients)
            yield from self._repeated_clients(clients)
        if groups is not None and clients is not None:
            yield from self._profiles(groups, clients)

    def _nested(self, groups: Element) -> Iterator[Remark]:
        for client in groups.iter("Client"):
            if any(True for _ in client.iterancestors("Client")):
                text = f"Client {client.get('name')} nested within Client tag:"
                yield at("nested-client-tags", client, text, separator=" ")

    def _old_options(self, clients: Element) -> Iterator[Remark]:
        for client in clients.iter("Client"):
            location = client.get("location")
            if location is not None:
                floating = location == "floating"
                text = (
                    f"The location='{location}' option is deprecated.  Please use "
                    f"floating='{floating}' instead:"
                )
                yield at("deprecated-clients-options", client, text)

    def _profiles(self, groups: Element, clients: Element) -> Iterator[Remark]:
        declared = {group.get("name", "") for group in groups.iter("Group")}
        profiles = {
            group.get("name", "")
            for group in groups.iter("Group")
            if group.get("profile", "").lower() == "true"
        }
        for client in clients.iter("Client"):
            name, profile = client.get("name"), client.get("profile")
            if profile not in declared:
                text = f"{name} has nonexistent profile group {profile}:"
                yield at("nonexistent-profile-group", client, text)
            elif profile not in profiles:
                text = (
                    f"{profile} is set as profile for {name}, but {profile} is not a profile group:"
                )
                yield at("non-profile-set-as-profile", client, text)

    def _repeated_groups(self, groups: Element) -> Iterator[Remark]:
        outer = list(groups.iterchildren("Group"))
        nested = [group for one in outer for group in one.iterdescendants("Group")]
        last: dict[str, Element] = {}
        repeated: dict[str, list[Element]] = {}
        for group in outer + nested:
            name = group.get("name", "")
            if name in repeated:
                repeated[name].append(group)
            elif name in last and len(group.attrib) > 1:
                repeated[name] = [last[name], group]
            last[name] = group
        for name, same in repeated.items():
            # what is declared with attributes once is no mistake
            is_harmless = sum(len(group.attrib) > 1 for group in same) < 2
            yield from _repeated("duplicate-group", f"Group {name}", same, is_harmless)

    def _repeated_clients(self, clients: Element) -> Iterator[Remark]:
        declarations: dict[str, list[Element]] = {}
        for client in clients.iter("Client"):
            declarations.setdefault(client.get("name", "").lower(), []).append(client)
        for same in declarations.values():
            if len(same) > 1:
                yield from _repeated("duplicate-client", f"Client {same[0].get('name')}", same)

    def _defaults(self, groups: Element) -> Iterator[Remark]:
        defaults = [
            group for group in groups.iter("Group") if group.get("default", "").lower() == "true"
        ]
        if len(defaults) > 1:
            yield from _several("multiple-default-groups", "Multiple default groups defined:",
                                defaults)  # fmt: skip
        for group in defaults:
            if group.get("profile", "").lower() != "true":
                yield at("default-is-not-profile", group, "Default group is not a profile group:")


def _repeated(
    name: str, subject: str, elements: list[Element], is_harmless: bool = False
) -> Iterator[Remark]:
    text = f"{subject} is defined multiple times:"
    yield from _several(name, text, elements, is_harmless)


def _several(
    name: str, text: str, elements: list[Element], is_harmless: bool = False
) -> Iterator[Remark]:
    """Yield a remark for each of several elements, which the text of old shows together."""
    shown = "\n".join([text, *map(describe, elements)])
    lines = ", ".join(str(line_of(element)) for element in elements)
    for number, element in enumerate(elements):
        yield Remark(
            name, str(element.base), line_of(element), f"{text.rstrip(':')} (lines {lines})",
            "" if number else shown, is_harmless,
        )  # fmt: skip
