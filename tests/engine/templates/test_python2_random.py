"""Random numbers and hashes as 64-bit Python 2.7.18 gave them, which these values are from."""

from __future__ import annotations

import random
import threading
from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.templates import python2_random
from bcfg2tw.engine.templates.python2_random import RANDOM, Python2Random, python2_hash

HASHES: tuple[tuple[Any, int], ...] = (
    ("", 0),
    ("a", 12416037344),
    ("web1.example.com", 704022491668479798),
    (b"web1.example.com", 704022491668479798),
    ("été", -4116773383342158585),
    ("é".encode(), 24960149699224354),
    (0, 0),
    (-1, -2),
    (2**63 - 1, 2**63 - 1),
    (2**63, -(2**63)),
    (-(10**30), -5076944324515372240),
    (0.1, 2576882278),
    (-1.5, -1610579968),
    (3.0, 3),
    (1e300, 8474648701417850880),
    (float("-inf"), -271828),
    (("a", 1, (2.5,)), 8318115251658255887),
)

#: For each seed the results of `draw`.
DRAWN: tuple[tuple[Any, list[Any]], ...] = (
    (
        "web1.example.com",
        [
            [12, 1, 50, 27, 11],
            [17, 65, 922678451250699783, 1065278559841176264830],
            "e",
            [3, 6, 1, 0, 2, 5, 4, 7],
            [67, 88, 93],
            [644, 281, 857, 911, 212, 653],
            [79, 180281775282116699134],
            [32.43552100725508, 3.9127281479877922, -0.716484185506319, 0.2294763843387212,
             1.1279984357279633, 0.5086336407556832],
        ],
    ),
    (
        -(2**100),
        [
            [45, 13, 58, 7, 49],
            [73, 65, 301341304901863608, 246314929963988807741],
            "g",
            [2, 7, 1, 6, 0, 3, 4, 5],
            [49, 58, 15],
            [583, 458, 930, 907, 501, 411],
            [11, 832196360452602329850],
            [47.01330438095668, 6.783249499955506, -1.7128801573580652, 0.27872838911683717,
             1.3057586937682468, 0.5596803820008246],
        ],
    ),
    (
        ("a", 1),
        [
            [12, 31, 53, 37, 12],
            [80, 86, 393024592629891324, 770228627217655999985],
            "f",
            [4, 1, 3, 7, 2, 0, 6, 5],
            [34, 23, 30],
            [611, 798, 283, 434, 720, 811],
            [70, 850322358258545706814],
            [25.91007320995813, 5.943633679293098, 0.7440285900383273, 4.008689338091353,
             1.0848941508036567, 0.15028728554677714],
        ],
    ),
)  # fmt: skip


def draw() -> list[Any]:
    """Return what the functions of the module make of the next numbers."""
    shuffled = list(range(8))
    drawn = [
        [RANDOM.randint(0, 59) for _ in range(5)],
        [
            RANDOM.randrange(3, 100, 7),
            RANDOM.randrange(100, 3, -7),
            RANDOM.randrange(2**60),
            RANDOM.randrange(5, 2**70, 3),
        ],
        RANDOM.choice("abcdefgh"),
    ]
    RANDOM.shuffle(shuffled)
    drawn += [shuffled, RANDOM.sample(range(100), 3), RANDOM.sample(list(range(1000)), 6)]
    RANDOM.sample(set(range(50)), 2)
    drawn += [
        [RANDOM.getrandbits(7), RANDOM.getrandbits(70)],
        [
            RANDOM.uniform(1, 60),
            RANDOM.triangular(1, 10, 3),
            RANDOM.gauss(0, 1),
            RANDOM.gammavariate(1, 3),
            RANDOM.paretovariate(3),
            RANDOM.betavariate(1, 2),
        ],
    ]
    return drawn


class HashTests(SynchronousTestCase):
    def test_values(self) -> None:
        """Text, bytes, numbers and tuples have the hashes that they had."""
        for value, expected in HASHES:
            self.assertEqual(python2_hash(value), expected, repr(value))

    def test_others(self) -> None:
        """What cannot be hashed still cannot, and other objects have today's hash."""
        self.assertRaises(TypeError, python2_hash, [])
        self.assertRaises(TypeError, python2_hash, ("a", {}))
        thing = object()
        self.assertEqual(python2_hash(thing), hash(thing))


class RandomTests(SynchronousTestCase):
    def test_seeded(self) -> None:
        """Every function gives for a seed what it gave."""
        for seed, expected in DRAWN:
            RANDOM.seed(seed)
            self.assertEqual(draw(), expected, repr(seed))

    def test_generator(self) -> None:
        """So does a generator that is made from a seed, whose state can be kept."""
        generator = RANDOM.Random("web1.example.com")
        self.assertEqual([generator.randint(0, 59) for _ in range(5)], DRAWN[0][1][0])
        state = generator.getstate()
        number = generator.random()
        generator.setstate(state)
        self.assertEqual(generator.random(), number)

    def test_sets(self) -> None:
        """A sample may be taken of a set, as it could."""
        self.assertEqual(len(Python2Random("a").sample(set(range(500)), 3)), 3)

    def test_mistakes(self) -> None:
        """Empty ranges, fractions, and samples that are too large are refused."""
        for arguments in ((0,), (3, 3), (3, 1), (1, 3, -1), (1, 3, 0), (1.5,)):
            self.assertRaises(ValueError, RANDOM.randrange, *arguments)
        self.assertEqual(RANDOM.randrange(1.0), 0)
        self.assertRaises(ValueError, RANDOM.sample, [1, 2], 3)

    def test_version(self) -> None:
        """Who names a version when seeding wants Python 3's."""
        RANDOM.seed("a", version=2)
        self.assertEqual(RANDOM.random(), random.Random("a").random())

    def test_unseeded(self) -> None:
        """What was not seeded is random, whatever else was seeded before or meanwhile."""
        RANDOM.seed("a")
        drawn = []
        for _ in range(2):
            python2_random.begin()
            drawn.append(RANDOM.getrandbits(100))
            python2_random.end()
        self.assertNotEqual(*drawn)
        self.assertEqual(RANDOM.random(), Python2Random("a").random())

    def test_threads(self) -> None:
        """Threads do not disturb each other."""
        RANDOM.seed("a")
        thread = threading.Thread(target=RANDOM.seed, args=("b",))
        thread.start()
        thread.join()
        self.assertEqual(RANDOM.random(), Python2Random("a").random())
