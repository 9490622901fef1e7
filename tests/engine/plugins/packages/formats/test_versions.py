"""Which version is newer, by the rules of dpkg and rpm."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.plugins.packages.formats.versions import compare_debian, compare_rpm

#: Each pair is older and newer, as `dpkg --compare-versions` has it.
DEBIAN = [
    ("1.0~rc1", "1.0"),
    ("1.0~~", "1.0~"),
    ("1.9", "1.10"),
    ("9", "1:1"),
    ("1.0-1", "1.0-1.1"),
    ("1.0-1", "1.0-1+b1"),
    ("2.0-1~bpo12+1", "2.0-1"),
    ("1.0", "1.0a"),
    ("1.0a", "1.0+"),
    ("1.0-9", "1.0.1-1"),
    ("1", "1-1"),
    ("1-2-3", "1-2-4"),
    # what no package has, and Python makes no number of
    (f"{'8' * 5000}:1", f"{'9' * 5000}:1"),
    (f"1.{'9' * 4999}", f"1.0{'9' * 5000}"),
    ("1.0", "\u00b2:1.0"),
    ("1.0-1", "1.\u0661-1"),
]

#: As `rpmdev-vercmp` has it.
RPM = [
    ("0:1.9-1", "0:1.10-1"),
    ("0:9-1", "1:1-1"),
    ("0:1.0~rc1-1", "0:1.0-1"),
    ("0:1.0-1", "0:1.0^git1-1"),
    ("0:1.0^git1-1", "0:1.0.1-1"),
    ("0:1.0-1", "0:1.0a-1"),
    ("0:1.0a-1", "0:1.0.1-1"),
    ("0:5.5p1-1", "0:5.5p10-1"),
    ("0:xyz.4-1", "0:8-1"),
    ("0:1.0-1", "0:1.0-1.el9"),
    (f"{'8' * 5000}:1-1", f"{'9' * 5000}:1-1"),
    (f"0:1.{'9' * 4999}-1", f"0:1.{'9' * 5000}-1"),
    ("\u00b2:1-1", "1:1-1"),
]


class OrderTests(SynchronousTestCase):
    def check(self, compare: Callable[[str, str], int], pairs: Iterable[tuple[str, str]]) -> None:
        for older, newer in pairs:
            self.assertLess(compare(older, newer), 0, (older, newer))
            self.assertGreater(compare(newer, older), 0, (older, newer))
            self.assertEqual(compare(newer, newer), 0)

    def test_debian(self) -> None:
        """Debian's versions are ordered as dpkg does."""
        self.check(compare_debian, DEBIAN)

    def test_rpm(self) -> None:
        """Epochs, versions and releases are ordered as rpm does."""
        self.check(compare_rpm, RPM)

    def test_alike(self) -> None:
        """Differences that do not count make no difference."""
        self.assertEqual(compare_debian("0:1.0", "1.0"), 0)
        self.assertEqual(compare_debian("1.01", "1.1"), 0)
        self.assertEqual(compare_rpm("0:1_0-1", "0:1.0-1"), 0)
        self.assertEqual(compare_rpm("0:1.010-1", "0:1.10-1"), 0)
