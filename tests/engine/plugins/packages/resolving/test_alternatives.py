"""Choosing among alternatives and providers: `[packages] alternatives`."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.plugins.packages.resolving.alternatives import DecidedPackages, resolve_all
from bcfg2tw.engine.plugins.packages.resolving.collection import Collection, Offer
from tests.engine.plugins.packages.offers import (
    Described,
    MemoryView,
    a_collection,
    a_source,
    an_offer,
)


def decided(described: Described, *base: str, **fields: object) -> DecidedPackages:
    """Resolve names from one source."""
    return resolve_all(a_collection(described, **fields), base)


class AlternativesTests(SynchronousTestCase):
    def test_first_alternative(self) -> None:
        """Of `x | y` the first is chosen, with all that it needs."""
        offer = Described({"a": "x | y", "x": "lib", "y": "", "lib": ""})
        resolved = decided(offer, "a")
        self.assertEqual((resolved.packages, resolved.open), ({"a", "x", "lib"}, ()))
        (choice,) = resolved.choices
        self.assertEqual((choice.chosen, choice.alternatives), ("x", ("x", "y")))

    def test_first_that_there_is(self) -> None:
        """An alternative that no source has, or that is blacklisted, is passed over."""
        offer = Described({"a": "missing | black | y", "black": "", "y": ""})
        self.assertEqual(decided(offer, "a", blacklist=("black",)).packages, {"a", "y"})

    def test_satisfied(self) -> None:
        """Nothing is chosen where something that is there will do, however late it came."""
        offer = Described({"a": "x | y, b", "b": "c", "c": "y", "x": "", "y": ""})
        resolved = decided(offer, "a")
        self.assertEqual((resolved.packages, resolved.choices), ({"a", "b", "c", "y"}, ()))

    def test_virtual_alternative(self) -> None:
        """A virtual name among alternatives is satisfied by its providers."""
        offer = Described(
            {"a": "missing | mta", "exim": "", "postfix": ""}, {"exim": "mta", "postfix": "mta"}
        )
        self.assertEqual(decided(offer, "a", "postfix").packages, {"a", "postfix"})
        self.assertEqual(decided(offer, "a").packages, {"a", "exim"})

    def test_several_providers(self) -> None:
        """Of several providers that of the first source is chosen, then the first by name."""
        first = an_offer(Described({"a": "v", "q": "", "r": ""}, {"q": "v", "r": "v"}))
        second = an_offer(Described({"b": ""}, {"b": "v"}))
        resolved = resolve_all(Collection([first, second]), ["a"])
        self.assertEqual(resolved.packages, {"a", "q"})
        self.assertEqual(resolved.choices[0].alternatives, ("q", "r", "b"))

    def test_priority(self) -> None:
        """Of several providers that counts most which its distribution recommends most."""
        first = an_offer(Described({"a": "v", "q": "", "r": ""}, {"q": "v", "r": "v"}))
        second = an_offer(Described({"s": ""}, {"s": "v"}, priorities={"s": 3}))
        resolved = resolve_all(Collection([first, second]), ["a"])
        self.assertEqual(resolved.choices[0].alternatives, ("s", "q", "r"))

    def test_written_order_first(self) -> None:
        """What is in an order is decided before what is not, and may decide that too."""
        offer = Described(
            {"a": "mta, z | y", "exim": "", "z": "", "y": ""}, {"exim": "mta", "z": "mta"}
        )
        resolved = decided(offer, "a")
        self.assertEqual(resolved.packages, {"a", "z"})

    def test_nothing_to_choose(self) -> None:
        """Alternatives none of which any source has stay open."""
        resolved = decided(Described({"a": "x | y"}), "a")
        self.assertEqual((resolved.packages, resolved.open), ({"a"}, ("choice-a-amd64-0",)))

    def test_recommendations(self) -> None:
        """Alternatives among recommendations are decided where recommendations count."""
        offer = Described({"a": "", "x": "", "y": ""}, {}, {"a": "x | y"})
        self.assertEqual(decided(offer, "a").packages, {"a"})
        self.assertEqual(decided(offer, "a", recommended=True).packages, {"a", "x"})

    def test_same_every_time(self) -> None:
        """The same request has the same answer in every process."""
        names = [f"p{number}" for number in range(30)]
        offer = Described({"a": "v, w", **dict.fromkeys(names, "")}, dict.fromkeys(names, "v w"))
        self.assertEqual(decided(offer, "a").packages, {"a", "p0"})


class ArchitecturesTests(SynchronousTestCase):
    def setUp(self) -> None:
        native = Described({"a": "lib:i386, tool:amd64, other:sparc", "lib": "", "tool": ""})
        foreign = Described({"lib": "libi386", "libi386": ""})
        both = Described({**foreign.depends, **native.depends})
        views = {"amd64": MemoryView(native), "i386": MemoryView(foreign)}
        source = a_source(arches=("amd64", "i386"))
        self.collection = Collection([Offer(source, MemoryView(both), views)])

    def test_foreign(self) -> None:
        """A package of another of the client's architectures is added by its full name."""
        resolved = resolve_all(self.collection, ["a"])
        self.assertEqual(resolved.packages, {"a", "lib:i386", "libi386", "tool"})

    def test_unknown_architecture(self) -> None:
        """An architecture that the client has not is unknown."""
        self.assertEqual(resolve_all(self.collection, ["a"]).unknown, {"other:sparc"})

    def test_asked_for(self) -> None:
        """A bundle may name a package with its architecture."""
        resolved = resolve_all(self.collection, ["lib:i386"])
        self.assertEqual(resolved.packages, {"lib:i386", "libi386"})
