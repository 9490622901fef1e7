"""Texts in pieces: each comes back as it was, and what nobody has any more is gone."""

from __future__ import annotations

from random import Random

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.build.shared_pieces import PIECE_BYTES, SharedPieces, divided
from bcfg2tw.engine.shared_texts import joined
from tests.patience import IN_ANY_TIME

TEXTS = st.lists(st.sampled_from(("<Path ", "<Path", " ", "a", "b>", "<Package ")), max_size=9).map(
    "".join
)


class SharedPiecesTests(SynchronousTestCase):
    @IN_ANY_TIME
    @given(st.lists(TEXTS, max_size=6), st.randoms(use_true_random=False))
    def test_any_texts(self, texts: list[str], random: Random) -> None:
        """Whatever comes and goes, each text is as it was, and at the end nothing is left."""
        shared = SharedPieces()
        kept = [(text, shared.keep(divided(text))) for text in texts]
        random.shuffle(kept)
        while kept:
            self.assertEqual([joined(pieces) for _, pieces in kept], [text for text, _ in kept])
            different = {piece for _, pieces in kept for piece in pieces}
            self.assertEqual(len(shared), len(different))
            self.assertGreaterEqual(shared.size_bytes, len(different) * PIECE_BYTES)
            shared.let_go(kept.pop()[1])
        self.assertEqual((len(shared), shared.size_bytes), (0, 0))

    def test_once(self) -> None:
        """Equal pieces of two texts are one object."""
        shared = SharedPieces()
        first, second = (shared.keep(divided(f"<{tag}><Path one")) for tag in "ab")
        self.assertIs(first[1], second[1])
        self.assertEqual(len(shared), 3)
