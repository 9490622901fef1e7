"""What has to be installed along with what is asked for: Bcfg2's rules, one by one."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.plugins.packages.resolving.collection import (
    Collection,
    NoIndex,
    Offer,
    PackageView,
)
from bcfg2tw.engine.plugins.packages.resolving.resolver import ResolvedPackages, resolve
from tests.engine.plugins.packages.offers import (
    Described,
    MemoryView,
    a_collection,
    a_source,
    an_offer,
    index_view,
)


class MemoryTests(SynchronousTestCase):
    """The rules, over a view in memory."""

    def view(self, described: Described) -> PackageView:
        """Return what offers the described packages."""
        return MemoryView(described)

    def resolved(
        self, described: Described, *base: str, recommended: dict[str, bool] | None = None
    ) -> ResolvedPackages:
        """Resolve names from one source."""
        collection = Collection([Offer(a_source(), self.view(described))])
        return resolve(collection, base, recommended)

    def added(self, described: Described, *base: str) -> list[str]:
        """Return what is added to names, sorted."""
        return sorted(self.resolved(described, *base).packages - set(base))

    def test_transitive(self) -> None:
        """Everything that something depends on is added, also in circles."""
        offer = Described({"a": "b, c", "b": "d", "c": "a", "d": "d"})
        self.assertEqual(self.added(offer, "a"), ["b", "c", "d"])

    def test_unknown(self) -> None:
        """What no source has is unknown; asked for, it stays in the answer all the same."""
        answer = self.resolved(Described({"a": "nowhere"}), "a", "missing")
        self.assertEqual(answer.packages, {"a", "missing"})
        self.assertEqual(answer.unknown, {"nowhere", "missing"})

    def test_one_provider(self) -> None:
        """The only provider of a virtual name is added, whoever wants that name."""
        offer = Described({"a": "single", "prov": "lib", "lib": ""}, {"prov": "single"})
        self.assertEqual(self.added(offer, "a"), ["lib", "prov"])
        self.assertEqual(self.added(offer, "single"), ["lib", "prov"])

    def test_several_providers(self) -> None:
        """Among several providers none is chosen, and what is open is told."""
        offer = Described({"a": "mta", "x": "", "y": ""}, {"x": "mta", "y": "mta"})
        self.assertEqual(self.added(offer, "a"), [])
        self.assertEqual(self.resolved(offer, "a").open, ("mta",))
        self.assertEqual(self.resolved(offer, "a", "y").open, ())

    def test_alternatives(self) -> None:
        """Of `a | b` none is chosen, and the private name for it is never told as unknown."""
        offer = Described({"a": "b | c, d | d", "b": "", "c": "", "d": ""})
        answer = self.resolved(offer, "a")
        self.assertEqual(answer.packages, {"a", "d"})
        self.assertEqual(answer.unknown, frozenset())

    def test_real_and_virtual(self) -> None:
        """A package that others provide as well is added unless a provider is there."""
        offer = Described({"a": "mta", "mta": "lib", "lib": "", "postfix": ""}, {"postfix": "mta"})
        self.assertEqual(self.added(offer, "a"), ["lib", "mta"])
        self.assertEqual(self.added(offer, "a", "postfix"), [])

    def test_provider_that_comes_late(self) -> None:
        """A provider that another package brings is waited for."""
        offer = Described(
            {"a": "mta, b", "b": "c", "c": "postfix", "postfix": "", "mta": ""}, {"postfix": "mta"}
        )
        self.assertEqual(self.added(offer, "a"), ["b", "c", "postfix"])

    def test_recommendations(self) -> None:
        """An entry says whether what its package recommends is added, alternatives not."""
        offer = Described({"a": "", "b": "", "c": "", "d": ""}, {}, {"a": "b, c | d", "b": "d"})
        self.assertEqual(self.added(offer, "a"), [])
        answer = self.resolved(offer, "a", recommended={"a": True})
        self.assertEqual(answer.packages, {"a", "b"})

    def test_worked_example(self) -> None:
        """Blacklisted names are unknown, alternatives stay open, one provider is added."""
        offer = Described(
            {
                "apache2": "libc6, libapr1, mail-transport-agent | postfix, dpkg",
                "contribpkg": "banned, onlyprov", "prov1": "", "banned": "", "libapr1": "",
                "libc6": "", "dpkg": "", "postfix": "",
            },
            {"prov1": "onlyprov"},
        )  # fmt: skip
        source = a_source(blacklist=("banned",))
        collection = Collection([Offer(source, self.view(offer))])
        answer = resolve(collection, ["apache2", "contribpkg"])
        added = answer.packages - {"apache2", "contribpkg"}
        self.assertEqual(added, {"dpkg", "libapr1", "libc6", "prov1"})
        self.assertEqual(answer.unknown, {"banned"})

    def test_reasons(self) -> None:
        """Each name leads back to what was asked for."""
        offer = Described({"a": "b", "b": "single", "prov": ""}, {"prov": "single"})
        reasons = self.resolved(offer, "a").reasons
        self.assertEqual(dict(reasons), {"a": None, "b": "a", "single": "b", "prov": "single"})


class IndexTests(MemoryTests):
    """The same rules, over an index on disk."""

    def view(self, described: Described) -> PackageView:
        """Return a view of an index."""
        return index_view(self, described)


class CollectionTests(SynchronousTestCase):
    def test_first_source_decides(self) -> None:
        """Of a package that several sources have, the first one's dependencies count."""
        first = an_offer(Described({"a": "b", "b": ""}))
        second = an_offer(Described({"a": "c", "c": "", "x": "a"}))
        self.assertEqual(resolve(Collection([first, second]), ["x"]).packages, {"x", "a", "b"})

    def test_lists(self) -> None:
        """What is blacklisted, or not whitelisted where there is a whitelist, is no package."""
        packages = Described({"a": "b, c", "b": "", "c": ""})
        black = resolve(a_collection(packages, blacklist=("b",)), ["a"])
        white = resolve(a_collection(packages, whitelist=("a", "c")), ["a"])
        self.assertEqual((black.packages, black.unknown), ({"a", "c"}, {"b"}))
        self.assertEqual((white.packages, white.unknown), ({"a", "c"}, {"b"}))

    def test_blacklisted_provider(self) -> None:
        """A blacklisted package still counts among the providers of a virtual name."""
        packages = Described({"a": "v", "p": "", "q": ""}, {"p": "v", "q": "v"})
        answer = resolve(a_collection(packages, blacklist=("p",)), ["a"])
        self.assertEqual((answer.packages, answer.open), ({"a"}, ("v",)))

    def test_providers_are_merged(self) -> None:
        """Providers of one symbol in two sources are several."""
        first = an_offer(Described({"a": "v", "p": ""}, {"p": "v"}))
        second = an_offer(Described({"q": ""}, {"q": "v"}))
        self.assertEqual(resolve(Collection([first, second]), ["a"]).packages, {"a"})

    def test_recommended_source(self) -> None:
        """A source may say that recommendations count; an entry may say that its own do not."""
        packages = Described({"a": "", "b": ""}, {}, {"a": "b"})
        collection = a_collection(packages, recommended=True)
        self.assertEqual(resolve(collection, ["a"]).packages, {"a", "b"})
        self.assertEqual(resolve(collection, ["a"], {"a": False}).packages, {"a"})

    def test_essentials(self) -> None:
        """A source says whether the packages that it marks as essential are added."""
        packages = Described({"a": ""}, essential=["a"])
        self.assertEqual(a_collection(packages).essentials(), {"a"})
        self.assertEqual(a_collection(packages, essential=False).essentials(), frozenset())

    def test_groups(self) -> None:
        """Members of a group are those up to the part that is asked for; `@` does not count."""
        levels = {"a": 0, "b": 1, "c": 2}
        collection = a_collection(Described({}, groups={"g": levels}), type="yum")
        members = [
            sorted(collection.members("@g", kind)) for kind in ("mandatory", "default", "all")
        ]
        self.assertEqual(members, [["a"], ["a", "b"], ["a", "b", "c"]])

    def test_unknown_group(self) -> None:
        """A group that no source knows is a warning, and has no members."""
        collection = a_collection(Described({}), type="yum")
        with self.assertLogs("Packages", "WARNING") as logs:
            self.assertEqual(collection.members("g", "all"), frozenset())
        self.assertIn("'g' is not a valid group", logs.output[0])

    def test_groups_of_other_types(self) -> None:
        """Sources of Debian have no groups: the log says so."""
        collection = a_collection(Described({}, groups={"g": {"a": 0}}))
        with self.assertLogs("Packages", "ERROR") as logs:
            self.assertEqual(collection.members("g", "all"), frozenset())
        self.assertIn("Package groups are not supported", logs.output[0])

    def test_rpmlib(self) -> None:
        """What only rpm itself provides is not told as unknown by yum's sources."""
        packages = Described({"a": "rpmlib(X), choice"})
        self.assertEqual(resolve(a_collection(packages, type="yum"), ["a"]).unknown, {"choice"})

    def test_without_index(self) -> None:
        """A source that could not be read knows no packages; names that are asked for stay."""
        collection = Collection([Offer(a_source(), NoIndex())])
        answer = resolve(collection, ["a"])
        self.assertEqual((answer.packages, answer.unknown), ({"a"}, {"a"}))
        self.assertEqual(collection.essentials(), frozenset())
