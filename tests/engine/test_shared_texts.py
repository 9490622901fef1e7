"""Contents outside of Python's memory: they are what they were, and their room is given back."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine import shared_texts
from bcfg2tw.engine.encryption import encrypt
from bcfg2tw.engine.shared_texts import BLOCK_BYTES, FILE_BYTES, joined, share
from tests.builders import CLIENT
from tests.engine.plugins.cfg.test_choice import bound, cfg_core
from tests.forks import exit_status, fork
from tests.patience import IN_ANY_TIME

TEXT = st.text(st.characters(max_codepoint=127), max_size=50)
DESCRIPTORS = "/proc/self/fd"


def files_in(folder: str) -> Iterator[int]:
    """Return the descriptors of open files without a name that are in a folder."""
    for name in os.listdir(DESCRIPTORS):
        try:
            path = os.readlink(os.path.join(DESCRIPTORS, name))
        except OSError:
            continue  # the folder's own
        if path.startswith(folder + "/") and not os.stat(f"{DESCRIPTORS}/{name}").st_nlink:
            yield int(name)


def contents_of_files(folder: str) -> bytes:
    """Return all that is in such files."""
    return b"".join(os.pread(file, os.fstat(file).st_size, 0) for file in files_in(folder))


class SharedTextTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.folder = os.path.realpath(self.mktemp())
        os.mkdir(self.folder)

    @IN_ANY_TIME
    @given(st.lists(st.tuples(TEXT, st.booleans())))
    def test_any_texts(self, texts: list[tuple[str, bool]]) -> None:
        """Each comes back as it was, wherever it lies, and all of them put together."""
        kept = [share(text, (self.folder,) if in_file else ()) for text, in_file in texts]
        self.assertEqual([text.text for text in kept], [text for text, _ in texts])
        self.assertEqual(list(map(len, kept)), [len(text) for text, _ in texts])
        self.assertEqual(joined(["<", *kept, ">"]), "<" + "".join(t for t, _ in texts) + ">")

    def test_long_ones(self) -> None:
        """Texts that are longer than a block or a file are kept as well."""
        for length in (BLOCK_BYTES, FILE_BYTES + 1):
            for folders in ((self.folder,), ()):
                texts = [share(letter * length, folders) for letter in "abc"]
                self.assertEqual([text.text for text in texts], [c * length for c in "abc"])

    def test_names(self) -> None:
        """Nobody else finds the file: it has no name."""
        text = share("content", (self.folder,))
        self.assertEqual(os.listdir(self.folder), [])
        self.assertEqual(contents_of_files(self.folder), b"content")
        self.assertEqual(text.text, "content")

    def test_room_is_given_back(self) -> None:
        """A file goes with the last of its texts."""
        texts = [share("x" * (FILE_BYTES // 4), (self.folder,)) for _ in range(12)]
        self.assertEqual(len(list(files_in(self.folder))), 3)
        del texts[:5]
        gc.collect()
        self.assertEqual(len(list(files_in(self.folder))), 2)
        texts.clear()
        gc.collect()
        self.assertEqual(list(files_in(self.folder)), [])

    def test_files_that_end(self) -> None:
        """What is put into a file just when its last text ends is there nevertheless."""
        wrong: list[str] = []

        def keep_and_let_go(thread: int) -> None:
            for number in range(300):
                content = f"{thread} {number} " * 10_000  # for what is long it takes time to end
                if share(content, (self.folder,)).text != content:
                    wrong.append(content)

        with self.assertNoLogs("bcfg2-server", "WARNING"), ThreadPoolExecutor(4) as pool:
            list(pool.map(keep_and_let_go, range(4)))
        self.assertEqual(wrong, [])

    def test_no_folder(self) -> None:
        """Where no file can be made, the next folder is taken, or memory, which is said once."""
        for _ in range(2):
            share("first", ("/nowhere/at/all", self.folder))
        text = share("second", ("/nowhere/at/all", self.folder))
        self.assertEqual(contents_of_files(self.folder), b"second")
        with self.assertLogs("bcfg2-server", "WARNING") as logged:
            kept = [share(f"third {number}", ("/nowhere/at/all",)) for number in range(3)]
        self.assertEqual([each.text for each in kept], ["third 0", "third 1", "third 2"])
        self.assertEqual(
            logged.output,
            [
                "WARNING:bcfg2-server:Contents of files are kept in memory, for they cannot be "
                "written in /nowhere/at/all: No such file or directory; write [caching] contents "
                "= memory if they are to be there"
            ],
        )
        self.assertEqual(text.text, "second")

    def test_full_disk(self) -> None:
        """What the disk has no room for is kept in memory, and what was written stays."""
        before = share("before", (self.folder,))
        write = os.pwrite
        self.patch(os, "pwrite", lambda file, data, at: write(file, data[:3], at))
        with self.assertLogs("bcfg2-server", "WARNING") as logged:
            kept = share("does not go in", (self.folder,))
        self.assertIn("No space left on device", logged.output[0])
        self.patch(os, "pwrite", write)
        behind = share("behind", (self.folder,))
        self.assertEqual(
            [t.text for t in (before, kept, behind)], ["before", "does not go in", "behind"]
        )

    def test_broken_disk(self) -> None:
        """Half a text is an error, never an answer."""
        text = share("all of it", (self.folder,))
        read = os.pread
        for broken in (lambda *place: read(*place)[:4], lambda *_: read(-1, 1, 0)):
            self.patch(os, "pread", broken)
            with self.assertRaises(OSError) as raised:
                joined(["<", text, ">"])
            self.assertIn("restart the server", str(raised.exception))
            self.assertEqual(raised.exception.filename, self.folder)
            self.patch(os, "pread", read)

    def test_forked(self) -> None:
        """What parent and child write after a fork is in no common place."""
        before = share("before", (self.folder,))
        reading, writing = os.pipe()

        def write_there() -> None:
            mine = [share(f"child {number}", (self.folder,)) for number in range(100)]
            os.read(reading, 1)  # until the parent has written as well
            assert [text.text for text in mine] == [f"child {number}" for number in range(100)]
            assert before.text == "before"

        child = fork(write_there)
        theirs = [share(f"parent {number}", (self.folder,)) for number in range(100)]
        os.write(writing, b"x")
        status = exit_status(child)
        os.close(reading)
        os.close(writing)
        self.assertEqual(status, 0)
        self.assertEqual([text.text for text in theirs], [f"parent {n}" for n in range(100)])
        self.assertEqual(before.text, "before")


class ContentTests(SynchronousTestCase):
    """Where the contents of Cfg's files lie."""

    def setUp(self) -> None:
        self.patch(shared_texts, "_keeper", shared_texts._Keeper())
        self.state = os.path.realpath(self.mktemp())
        os.mkdir(self.state)

    def test_in_state(self) -> None:
        """They lie in a file in the folder of the server's own state."""
        core = cfg_core(self, {"etc/a/a": "plain & simple\n"}, state=self.state)
        self.assertEqual(contents_of_files(self.state), b"plain &amp; simple\n")
        self.assertEqual(bound(core, "/etc/a").text, "plain & simple\n")

    def test_secrets(self) -> None:
        """What is encrypted in the repository is written to no disk."""
        files: dict[str, str | bytes] = {
            "etc/a/a.crypt": encrypt(b"secret\n", "one"),
            f"etc/b/b.H_{CLIENT}": "open\n",
        }
        core = cfg_core(self, files, state=self.state, passphrases={"first": "one"})
        self.assertEqual(contents_of_files(self.state), b"open\n")
        self.assertEqual(bound(core, "/etc/a").text, "secret\n")
        self.assertEqual(bound(core, "/etc/b").text, "open\n")

    def test_in_memory(self) -> None:
        """`[caching] contents = memory` writes them nowhere."""
        settings = {"state": self.state, "contents_kept_in": "memory"}
        core = cfg_core(self, {"etc/a/a": "plain\n"}, **settings)
        self.assertEqual(list(files_in(self.state)), [])
        self.assertEqual(bound(core, "/etc/a").text, "plain\n")
