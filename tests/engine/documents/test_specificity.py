"""For whom a file is."""

from __future__ import annotations

import re
from itertools import pairwise

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.documents.specificity import (
    Specificity,
    SpecificSet,
    specific_set,
    specificity_of,
)
from bcfg2tw.engine.model.client_metadata import ClientMetadata
from bcfg2tw.errors import SpecificityError

WEB = ClientMetadata("www.example.test", groups={"web", "linux"})
OTHER = ClientMetadata("db.example.test")


def chosen_from(*names: str) -> SpecificSet[str]:
    """Return a set of files of the base name `motd`."""
    return specific_set({name: name for name in names}, "motd", lambda name: None)


class NameTests(SynchronousTestCase):
    def test_names(self) -> None:
        """A name says for whom the file is; names of hosts and groups may have dots."""
        self.assertEqual(specificity_of("motd", "motd"), Specificity(all=True))
        self.assertEqual(
            specificity_of("motd.G07_web.old", "motd"), Specificity(group="web.old", prio=7)
        )
        self.assertEqual(specificity_of("motd.H_a.b", "motd"), Specificity(hostname="a.b"))

    def test_unknown(self) -> None:
        """A name that says nothing known is refused."""
        for name in ("motd.bak", "motd.G_x", "motd.Gx_y", "motd.H_", "motd.G10", "other"):
            self.assertRaises(SpecificityError, specificity_of, name, "motd")

    def test_pattern(self) -> None:
        """The base name may be a regular expression."""
        pattern = re.compile(r"ssh_host_\w+_key(\.pub)?")
        self.assertEqual(
            specificity_of("ssh_host_rsa_key.pub.H_a", pattern), Specificity(hostname="a")
        )
        self.assertEqual(specificity_of("ssh_host_rsa_key", pattern), Specificity(all=True))
        self.assertRaises(SpecificityError, specificity_of, "ssh_host_rsa_key.old", pattern)

    def test_suffix(self) -> None:
        """A name can be made again; priorities have two digits."""
        for suffix in ("", ".H_a.b", ".G07_web", ".G100_web"):
            self.assertEqual(specificity_of("motd" + suffix, "motd").suffix, suffix)


class OrderTests(SynchronousTestCase):
    def test_order(self) -> None:
        """The most specific comes first: hosts, groups by falling priority, all."""
        names = ("motd", "motd.G10_a", "motd.H_x", "motd.G9_b")
        ordered = sorted(specificity_of(name, "motd") for name in names)
        self.assertEqual([one.suffix for one in ordered], [".H_x", ".G10_a", ".G09_b", ""])

    def test_compared(self) -> None:
        """Specificities compare by how specific they are; equals are not before each other."""
        names = ("motd.H_x", "motd.G10_a", "motd.G09_b", "motd")
        ordered = [specificity_of(name, "motd") for name in names]
        for before, after in pairwise(ordered):
            self.assertTrue(before < after and before <= after)
            self.assertTrue(after > before and after >= before)
            self.assertFalse(before > after or before >= after or after < before)
        one, other = specificity_of("motd.G10_a", "motd"), specificity_of("motd.G10_b", "motd")
        self.assertTrue(one <= other and one >= other)
        self.assertFalse(one < other or one > other or one == other)

    def test_shown(self) -> None:
        """A specificity is shown as Bcfg2 does, and described in an administrator's words."""
        for name, shown, described in (
            ("motd.H_x", "Specificity: Host x", "for host x"),
            ("motd.G05_a", "Specificity: Group a, priority 5", "for group a, priority 5"),
            ("motd", "Specificity: all", "for all clients"),
        ):
            specificity = specificity_of(name, "motd")
            self.assertEqual((str(specificity), specificity.description), (shown, described))

    def test_matches(self) -> None:
        """A specificity says which clients it is for."""
        self.assertTrue(Specificity(all=True).matches(OTHER))
        self.assertTrue(Specificity(group="web").matches(WEB))
        self.assertFalse(Specificity(group="web").matches(OTHER))
        self.assertFalse(Specificity(hostname="x").matches(WEB))


class ChoiceTests(SynchronousTestCase):
    def test_best(self) -> None:
        """A client gets the most specific file that is for it, or none."""
        files = chosen_from("motd.G10_web", "motd.H_db.example.test", "motd.G99_mail")
        self.assertEqual(files.best(WEB), "motd.G10_web")
        self.assertEqual(files.best(OTHER), "motd.H_db.example.test")
        self.assertIs(files.best(ClientMetadata("third")), None)

    def test_matching(self) -> None:
        """All files for a client can be had, the most specific first."""
        files = chosen_from("motd", "motd.G10_web", "motd.G20_linux", "motd.H_www.example.test")
        self.assertEqual(
            files.matching(WEB),
            ["motd.H_www.example.test", "motd.G20_linux", "motd.G10_web", "motd"],
        )

    def test_tie(self) -> None:
        """Of equally specific files the first by name is taken, with one warning."""
        files = chosen_from("motd.G10_web", "motd.G10_linux")
        with self.assertLogs("bcfg2-server", "WARNING") as logged:
            self.assertEqual(files.best(WEB), "motd.G10_linux")
            files.best(WEB)
        self.assertEqual(len(logged.output), 1)
        self.assertIn("motd.G10_linux, motd.G10_web are equally specific", logged.output[0])

    def test_tie_of_others(self) -> None:
        """Equal priorities that never meet in one client are nothing to warn of."""
        files = chosen_from("motd.G10_web", "motd.G10_mail")
        with self.assertNoLogs("bcfg2-server", "WARNING"):
            self.assertEqual(files.best(WEB), "motd.G10_web")

    def test_unknown(self) -> None:
        """Names that say nothing known are told to the caller, and left out."""
        told: list[str] = []
        files = specific_set({"motd.bak": 1}, "motd", told.append)
        self.assertEqual((told, bool(files)), (["motd.bak"], False))
