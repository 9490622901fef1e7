"""The decisions that a comparison of servers names: each by a difference that it explains."""

from __future__ import annotations

from lxml import etree
from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.comparing.decisions import DECISIONS, decision_of, reason_for
from bcfg2tw.comparing.difference import Difference
from bcfg2tw.comparing.differences import Built, compare


def service(failure: str | None, name: str = "s") -> Built:
    """Return a configuration with a service that fails, or does not."""
    words = {"name": name} if name else {}
    if failure is not None:
        words["failure"] = failure
    root = etree.Element("Configuration")
    bundle = etree.SubElement(root, "Bundle", name="b")
    etree.SubElement(bundle, "Service", words)
    return root


def parsed(structures: str) -> Built:
    """Return a configuration of structures."""
    return etree.fromstring(f"<Configuration>{structures}</Configuration>")


CLIENT = "c.example.test"

#: A bundle that another includes, as 1.3.4 has it, and two of them without a name.
INCLUDED = (
    "<Bundle name='one' xml:base='../one.xml' failure='no matching generator'>"
    "<Service name='s'/><BoundPath name='/a'/></Bundle>"
)
INCLUDED_TWICE = (
    "<Bundle name='c'><Bundle xml:base='../1.xml' failure='no matching generator'>"
    "<Service name='s'/></Bundle><Bundle xml:base='../2.xml' failure='no matching generator'>"
    "<Service name='t'/></Bundle></Bundle>"
)

EMPTY = parsed("<Bundle name='b'/>")
FINE = service(None)

#: For each decision, by its text: configurations of the old server and of this one.
EXPLAINED: dict[str, tuple[tuple[Built, Built], ...]] = {
    "several generators claim the entry, and its failure names them": (
        (FINE, service("served by multiple generators: Cfg, Rules")),
    ),
    "a look for another source (altsrc) that fails leaves nothing behind": (
        (
            parsed("<Bundle name='b'><Path name='/a' realname='/a'/></Bundle>"),
            parsed("<Bundle name='b'><Path name='/a'/></Bundle>"),
        ),
    ),
    "a nameless entry that no plugin binds fails alone": (
        (EMPTY, service("no matching generator", name="")),
    ),
    "texts that are not ASCII are no failure": (
        (service("bind error: 'ascii' codec can't decode byte 0xc3"), FINE),
        (EMPTY, parsed("<Bundle name='b'/><Bundle name='Menü'/>")),
        (EMPTY, service(None, name="naïve")),
    ),
    "what cannot be decrypted fails, and nothing is served in its place": (
        (FINE, service("bind error: Failed to decrypt it")),
    ),
    "what is not in the configured encoding fails": (
        (FINE, service("bind error: /a is not UTF-8: convert it")),
    ),
    "a mistake of the repository is a fault, and never a shorter configuration": (
        (FINE, "/repo/Bundler/b.xml:3: no end tag"),
    ),
    "a call that takes too long is a fault": ((FINE, "it took longer than [server] call_timeout"),),
    "credentials are checked more strictly": ((FINE, "HTTP status 401: refused"),),
    "a certificate alone is enough where auth is cert": (("HTTP status 401: refused", FINE),),
    "requests of any size and character are taken": (("HTTP status 500: no reason", FINE),),
    "the same failure, with the folder of this server's repository": (
        (
            service("bind error: No matching entries available for /old/repo/Cfg/a for c"),
            service("bind error: No matching entries available for /srv/Cfg/a for c"),
        ),
    ),
    "the same failure, as Python 3 writes it": (
        (
            service("bind error: Error: C(groups=set(['a', 'b'])) has no member u'x'"),
            service("bind error: Error: C(groups={'b', 'a'}) has no member 'x'"),
        ),
        (
            service("bind error: IOError: [Errno 2] No such file or directory: '/a'"),
            service("bind error: FileNotFoundError: [Errno 2] No such file or directory: '/a'"),
        ),
    ),
    "the same failure, in the words of Bcfg2 1.4": (
        (
            service("bind error: Found conflicting sources with same priority for Service:s"),
            service("bind error: Found conflicting sources with same priority (50) for Service:s"),
        ),
        (
            service("bind error: Failed to set metadata for file /a"),
            service("bind error: No metadata found in /srv/Cfg/a/info.xml for /a"),
        ),
        (
            service("bind error: Failed to verify /a for c: Non-zero return value 1"),
            service("bind error: Failed to verify /a for c: No output or error; return value 1"),
        ),
        (
            service("bind error: Failed to verify /a for c: no"),
            service("bind error: Failed to verify /a for c: no\\n (rv: 3)"),
        ),
        (
            service("bind error: No matching source for entry when retrieving attributes for s"),
            service("no matching generator"),
        ),
    ),
    "Bcfg2 1.3 has no entries with glob in place of a name": (
        (service("bind error: 'NoneType' object has no attribute 'endswith'", name=""), EMPTY),
    ),
    "a name that a client logs in with is not its uuid": tuple(
        (parsed(f"<Bundle name='b'><Path name='/a' owner='x'{old}</Path></Bundle>"),
         parsed(f"<Bundle name='b'><Path name='/a' owner='x'{new}</Path></Bundle>"))
        for old, new in (
            (f">id {CLIENT}\n", ">id \n"),
            (f">id {CLIENT}", ">id None"),
            (f">{CLIENT} is\nid {CLIENT}\nx\n{CLIENT}", f">{CLIENT} is\nid \nx\nNone"),
            (f" group='{CLIENT}'>", ">"),
            (f" group='g-{CLIENT}'>{CLIENT}\n", f" group='g-{CLIENT}'>\n"),
        )
    ),
    "Bcfg2 1.3 has included bundles as entries, which fail": (
        (
            parsed(f"<Bundle name='b'>{INCLUDED}</Bundle>"),
            parsed("<Bundle name='b'><Service name='s' status='on'/><Path name='/a'/></Bundle>"),
        ),
        (
            parsed("<Bundle name='b'><Bundle failure='no matching generator'/></Bundle>"
                   f"{INCLUDED_TWICE}"),
            parsed("<Bundle name='b'/>"
                   "<Bundle name='c'><Service name='s'/><Service name='t'/></Bundle>"),
        ),
    ),
    "Bcfg2 1.3 says where an included entry is from (xml:base)": (
        (parsed("<Bundle name='b'><Service name='s' xml:base='../one.xml'/></Bundle>"), FINE),
    ),
    "Bcfg2 1.3 does not know RequiredBundle": (
        (
            parsed("<Bundle name='b'><RequiredBundle name='c' failure='no matching generator'/>"
                   "</Bundle>"),
            EMPTY,
        ),
    ),
    "bundles are served with their attributes, independent ones as such": (
        (EMPTY, parsed("<Independent name='b'/>")),
        (EMPTY, parsed("<Bundle name='b' version='2' origin='x'/>")),
    ),
    "what a plugin adds stands in a bundle of its name": (
        (
            parsed("<Independent><Package name='p'/></Independent>"),
            parsed("<Independent name='Deps'><Package name='p'/></Independent>"),
        ),
    ),
    "the other server failed at a mistake of its own": (
        (service("bind error: 'str' object has no attribute 'HandlesEntry'"), FINE),
    ),
}  # fmt: skip

#: Differences that no decision explains.
UNEXPLAINED: tuple[tuple[Built, Built], ...] = (
    (FINE, service("bind error: no rule")),
    (service("bind error: no rule"), FINE),
    (service("bind error: one"), service("bind error: another")),
    (service("bind error: C(groups={'a'})"), service("bind error: C(groups={'b'})")),
    (service("bind error: no /old/Cfg/a"), service("bind error: no /srv/Cfg/b")),
    (FINE, EMPTY),
    (EMPTY, FINE),
    (EMPTY, parsed("<Bundle name='b' else='x'/>")),
    # an entry of an included bundle is lost
    (parsed(f"<Bundle name='b'>{INCLUDED}</Bundle>"), EMPTY),
    (parsed("<Bundle name='b'><Service name='s' status='on' xml:base='../one.xml'/></Bundle>"),
     parsed("<Bundle name='b'><Service name='s' status='off'/></Bundle>")),
    # not the name of the client, not all that there was of it, something else beside it
    (parsed("<Bundle name='b'><Path name='/a'>id d.example.test</Path></Bundle>"),
     parsed("<Bundle name='b'><Path name='/a'>id None</Path></Bundle>")),
    (parsed(f"<Bundle name='b'><Path name='/a'>id {CLIENT}</Path></Bundle>"),
     parsed("<Bundle name='b'><Path name='/a'>id d</Path></Bundle>")),
    (parsed(f"<Bundle name='b'><Path name='/a'>id {CLIENT}\nno\n</Path></Bundle>"),
     parsed("<Bundle name='b'><Path name='/a'>id \nyes\n</Path></Bundle>")),
    (parsed(f"<Bundle name='b'><Path name='/a'>{CLIENT}\nyes\n</Path></Bundle>"),
     parsed("<Bundle name='b'><Path name='/a'>yes\n</Path></Bundle>")),
    (parsed(f"<Bundle name='b'><Path name='/a'>id {CLIENT}\n</Path></Bundle>"),
     parsed("<Bundle name='b'><Path name='/a'>id </Path></Bundle>")),
    (parsed(f"<Bundle name='b'><Path name='/a' mode='1'>id {CLIENT}\n</Path></Bundle>"),
     parsed("<Bundle name='b'><Path name='/a' mode='2'>id \n</Path></Bundle>")),
    (parsed("<Independent name='b'/>"), EMPTY),
    # something else beside what is explained, or all of it gone
    (parsed("<Bundle name='b'><Path name='/a' realname='/a' mode='1'/></Bundle>"),
     parsed("<Bundle name='b'><Path name='/a' mode='2'/></Bundle>")),
    (parsed("<Bundle name='b'><Path name='/a' realname='/a'/></Bundle>"), EMPTY),
    (parsed("<Independent name=''><Package name='p' version='1'/></Independent>"
            "<Independent name='Packages'/>"),
     parsed("<Independent name=''/>"
            "<Independent name='Packages'><Package name='p' version='2'/></Independent>")),
    (parsed("<Bundle name='b'><Path name='/a'>x</Path></Bundle>"),
     parsed("<Bundle name='b'><Path name='/a'>y</Path></Bundle>")),
)  # fmt: skip


class DecisionTests(SynchronousTestCase):
    def explained(self, old: Built, new: Built) -> list[Difference]:
        differences = compare(old, new)
        self.assertNotEqual(differences, [])
        return differences

    def test_each(self) -> None:
        """Each decision is named where it is the reason, and there is a test for each."""
        self.assertEqual({decision.text for decision in DECISIONS}, set(EXPLAINED))
        for text, pairs in EXPLAINED.items():
            for pair in pairs:
                for difference in self.explained(*pair):
                    decision = decision_of(difference, CLIENT)
                    self.assertEqual(decision and decision.text, text, difference)
                    self.assertRegex(
                        reason_for(difference, CLIENT), r"\(docs/reference/decisions, \S+\)$"
                    )

    def test_beside(self) -> None:
        """What else differs beside an included bundle has no reason."""
        old = parsed(f"<Bundle name='b'>{INCLUDED}<Service name='t' status='on'/></Bundle>")
        new = parsed(
            "<Bundle name='b'><Service name='s'/><Path name='/a'/><Path name='/new'/>"
            "<Service name='t' status='off'/></Bundle>"
        )
        without = {
            difference.name
            for difference in self.explained(old, new)
            if not reason_for(difference, CLIENT)
        }
        self.assertEqual(without, {"/new", "t"})

    def test_none(self) -> None:
        """What a site has changed itself is nobody's decision."""
        for pair in UNEXPLAINED:
            for difference in self.explained(*pair):
                self.assertEqual(reason_for(difference, CLIENT), "", difference)
