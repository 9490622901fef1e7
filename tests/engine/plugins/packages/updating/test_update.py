"""Updates: what is fetched, what is kept, what stays in service when a mirror fails."""

from __future__ import annotations

import gzip
import logging
import os
import sys
from collections.abc import Mapping
from typing import Any

from pysequoia import Cert, SignatureMode, Tsk, sign
from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.plugins.packages.fetching.downloaded_files import WRITING
from bcfg2tw.engine.plugins.packages.fetching.keys import key_path
from bcfg2tw.engine.plugins.packages.sources.package_source import PackageSource
from bcfg2tw.engine.plugins.packages.updating.update import (
    CacheError,
    SourceUpdate,
    UpdateObserver,
    index_path,
    update,
)
from bcfg2tw.settings import Settings
from tests.doubles import MemoryDownloader
from tests.engine.plugins.packages.mirrors import (
    DISTS,
    a_cache,
    apt_source,
    debian,
    opened,
    quiet,
    release,
)
from tests.full_disk import files_limited_to

MIRROR = "http://user:secret@mirror.example.test/debian/"
LISTED = f"{MIRROR}{DISTS}/Release"
PACKAGES = f"{MIRROR}{DISTS}/main/binary-amd64/Packages.gz"


def served(contents: Mapping[str, bytes], url: str = MIRROR) -> MemoryDownloader:
    """Return a server of a mirror."""
    return MemoryDownloader({url + name: data for name, data in contents.items()})


def mirror(text: str) -> dict[str, bytes]:
    """Return a mirror with a Release."""
    contents = debian(text)
    return {**contents, f"{DISTS}/Release": release(contents)}


class UpdateTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.cache = a_cache(self)
        self.source = apt_source(MIRROR)
        quiet(self)

    def update(
        self, server: MemoryDownloader, *sources: PackageSource, **how: Any
    ) -> list[SourceUpdate]:
        return update(sources or [self.source], self.cache, server, Settings(), **how)

    def names(self, outcome: SourceUpdate) -> tuple[str, ...]:
        assert outcome.path is not None, outcome.error
        return opened(self, outcome.path).view(["amd64"]).names()


class FetchingTests(UpdateTests):
    def test_first(self) -> None:
        """What is missing is fetched, compiled, and kept under the names of the URLs."""
        (outcome,) = self.update(served(mirror("Package: a\n")))
        self.assertEqual((outcome.error, outcome.is_new), (None, True))
        self.assertEqual(self.names(outcome), ("a",))
        self.assertEqual(outcome.path, index_path(self.cache, self.source))
        name = "http:@@mirror.example.test@debian@dists@stable@main@binary-amd64@Packages.gz"
        self.assertIn(name, os.listdir(self.cache))

    def test_nothing_missing(self) -> None:
        """Where there is an index, nothing is asked for."""
        server = served(mirror("Package: a\n"))
        self.update(server)
        server.asked.clear()
        (outcome,) = self.update(server)
        self.assertEqual((server.asked, outcome.is_new), ([], False))
        self.assertEqual(self.names(outcome), ("a",))

    def test_forced(self) -> None:
        """A refresh asks for what has changed; what the Release lists as known is not fetched."""
        server = served(mirror("Package: a\n"))
        self.update(server)
        server.asked.clear()
        self.update(server, force=True)
        urls = [url for url, validators in server.asked if validators is not None]
        self.assertEqual(urls, [LISTED])
        self.assertNotIn(PACKAGES, dict(server.asked))
        server.files |= served(mirror("Package: b\n")).files
        (outcome,) = self.update(server, force=True)
        self.assertEqual(self.names(outcome), ("b",))

    def test_without_release(self) -> None:
        """Without a Release, the index itself is asked for with what is known of it."""
        server = served(debian("Package: a\n"))
        self.update(server)
        server.asked.clear()
        (outcome,) = self.update(server, force=True)
        self.assertIsNotNone(dict(server.asked)[PACKAGES])
        self.assertEqual(self.names(outcome), ("a",))

    def test_compiled_again(self) -> None:
        """An index that cannot be used is made anew from what was fetched before."""
        server = served(mirror("Package: a\n"))
        (outcome,) = self.update(server)
        assert outcome.path is not None
        with open(outcome.path, "wb") as stream:
            stream.write(b"broken")
        server.asked.clear()
        (outcome,) = self.update(server)
        self.assertEqual(self.names(outcome), ("a",))
        self.assertNotIn(PACKAGES, dict(server.asked))

    def test_files_that_do_not_fit(self) -> None:
        """If what was fetched before does not fit what is fetched now, all is fetched again."""
        old, new = mirror("Package: a\n"), mirror("Package: b\n")
        server = served(old)
        (outcome,) = self.update(server)
        assert outcome.path is not None
        os.unlink(outcome.path)
        for name in os.listdir(self.cache):
            if "Packages" in name:
                os.unlink(os.path.join(self.cache, name))
        server.files = served(new).files
        (outcome,) = self.update(server)
        self.assertEqual(self.names(outcome), ("b",))

    def test_changed_on_disk(self) -> None:
        """A downloaded file that somebody changed is fetched again."""
        server = served(debian("Package: a\n"))
        (outcome,) = self.update(server)
        assert outcome.path is not None
        os.unlink(outcome.path)
        (name,) = (one for one in os.listdir(self.cache) if one.endswith("Packages.gz"))
        with open(os.path.join(self.cache, name), "wb") as stream:
            stream.write(gzip.compress(b"Package: forged\n"))
        (outcome,) = self.update(server)
        self.assertEqual(self.names(outcome), ("a",))

    def test_shared_files(self) -> None:
        """What several sources use is fetched once; sources alike are compiled once."""
        server = served(mirror("Package: a\n"))
        other = apt_source(MIRROR, blacklist=frozenset("x"))
        outcomes = self.update(server, self.source, other, force=True)
        self.assertEqual([self.names(one) for one in outcomes], [("a",), ("a",)])
        self.assertEqual(len([url for url, _ in server.asked if url == LISTED]), 1)

    def test_logged(self) -> None:
        """Each file that is fetched is logged, without passwords."""
        logging.getLogger("Packages").disabled = False
        with self.assertLogs("Packages", "INFO") as logs:
            self.update(served(mirror("Package: a\n")))
        self.assertTrue(any("Packages: Updating http://mirror" in one for one in logs.output))
        self.assertNotIn("secret", "\n".join(logs.output))

    def test_report(self) -> None:
        """Who asks is told which sources are at work, and how they end."""
        events: list[object] = []

        class Told(UpdateObserver):
            def source_started(self, source: PackageSource) -> None:
                events.append(source)

            def source_finished(self, outcome: SourceUpdate) -> None:
                events.append(outcome)

        (outcome,) = self.update(served(mirror("Package: a\n")), observer=Told())
        self.assertEqual(events, [self.source, outcome])


class FailureTests(UpdateTests):
    def test_no_index_yet(self) -> None:
        """A source that cannot be fetched has no packages, and others are not kept from theirs."""
        good = apt_source("http://other.example.test/")
        server = served(mirror("Package: a\n"), "http://other.example.test/")
        logging.getLogger("Packages").disabled = False
        with self.assertLogs("Packages", "ERROR") as logs:
            bad, outcome = self.update(server, self.source, good)
        self.assertIsNone(bad.path)
        self.assertIn("404", bad.error or "")
        self.assertEqual(self.names(outcome), ("a",))
        self.assertIn(
            "Packages: Failed to load data for http://mirror.example.test/debian/",
            logs.output[0],
        )
        self.assertIn("Some Packages will be missing", logs.output[1])

    def test_last_good_index(self) -> None:
        """A refresh that fails leaves the last good index in service, and is told."""
        server = served(mirror("Package: a\n"))
        self.update(server)
        server.files[PACKAGES] = gzip.compress(b"Package: forged\n")
        server.files[LISTED] = release({f"{DISTS}/main/binary-amd64/Packages.gz": b"other"})
        (outcome,) = self.update(server, force=True)
        self.assertIn("is not the file that its repository lists", outcome.error or "")
        self.assertEqual(self.names(outcome), ("a",))
        (outcome,) = self.update(server)
        self.assertEqual((outcome.error, self.names(outcome)), (None, ("a",)))

    def test_full_disk(self) -> None:
        """An index that a full disk has no room for is named; the last good one stays till then."""
        server = served(mirror("Package: a\n"))
        self.update(server)
        many = "".join(f"Package: package{number}\n\n" for number in range(2_000))
        for url, data in served(mirror(many)).files.items():
            server.files[url] = data
        with files_limited_to(50_000):
            (outcome,) = self.update(server, force=True)
        path = index_path(self.cache, self.source)
        self.assertIn(f"{path} cannot be written: ", outcome.error or "")
        self.assertEqual(self.names(outcome), ("a",))
        self.assertEqual([name for name in os.listdir(self.cache) if name.endswith(WRITING)], [])
        (outcome,) = self.update(server, force=True)
        self.assertEqual((outcome.error, len(self.names(outcome))), (None, 2_000))

    def test_empty_file(self) -> None:
        """A compressed index without a byte is no empty index: the last good one stays."""
        server = served(debian("Package: a\n"))
        self.update(server)
        server.files[PACKAGES] = b""
        (outcome,) = self.update(server, force=True)
        self.assertIn("it is empty", outcome.error or "")
        self.assertEqual(self.names(outcome), ("a",))
        server.files[PACKAGES] = gzip.compress(b"")
        (outcome,) = self.update(server, force=True)
        self.assertEqual((outcome.error, self.names(outcome)), (None, ()))

    def test_folder_that_cannot_be_written(self) -> None:
        """A cache folder that cannot be had is named, with the remedy."""
        self.cache = os.path.join(self.cache, "file", "cache")
        with open(os.path.dirname(self.cache), "wb") as stream:
            stream.write(b"no folder")
        with self.assertRaisesRegex(CacheError, r"\[packages\] cache"):
            self.update(served(mirror("Package: a\n")))

    def test_repository_gone(self) -> None:
        """Without the plugin's folder none is made below the repository, which may be away."""
        repository = os.path.join(self.cache, "repository")
        own = os.path.join(repository, "Packages")
        settings, server = Settings(repository=repository), served(mirror("Package: a\n"))
        with self.assertRaisesRegex(CacheError, f"{own} is gone"):
            update([self.source], os.path.join(own, "cache"), server, settings)
        self.assertFalse(os.path.exists(repository))
        state = os.path.join(self.cache, "state")
        with self.assertRaisesRegex(CacheError, f"{state} is gone"):
            update([self.source], os.path.join(state, "Packages"), server, Settings(state=state))
        self.assertFalse(os.path.exists(state))

    def test_unfinished_files(self) -> None:
        """What a killed process left behind is deleted."""
        path = os.path.join(self.cache, ".index-x.writing")
        with open(path, "wb") as stream:
            stream.write(b"half")
        self.update(served(mirror("Package: a\n")))
        self.assertFalse(os.path.exists(path))


class CleaningTests(UpdateTests):
    def test_sources_that_are_gone(self) -> None:
        """Indexes and files of sources that there are no more are deleted, and upstream's."""
        server = served(mirror("Package: a\n"))
        (before,) = self.update(server)
        with open(os.path.join(self.cache, "cache-0123"), "wb") as stream:
            stream.write(b"pickle")
        with open(os.path.join(self.cache, "README"), "wb") as stream:
            stream.write(b"an administrator's")
        other = apt_source("http://other.example.test/")
        server.files |= served(mirror("Package: b\n"), "http://other.example.test/").files
        (outcome,) = self.update(server, other)
        names = os.listdir(self.cache)
        self.assertFalse([one for one in names if "mirror.example.test" in one])
        self.assertNotIn("cache-0123", names)
        self.assertIn("README", names)
        self.assertFalse(os.path.exists(before.path or ""))
        self.assertEqual(self.names(outcome), ("b",))

    def test_change_that_fails(self) -> None:
        """As long as a new source has no index, what was there stays, and can be wanted back."""
        server = served(mirror("Package: a\n"))
        self.update(server)
        (outcome,) = self.update(server, apt_source("http://nowhere.example.test/"))
        self.assertIsNone(outcome.path)
        server.asked.clear()
        (outcome,) = self.update(server)
        self.assertEqual((self.names(outcome), server.asked), (("a",), []))

    def test_files_in_use(self) -> None:
        """Files of sources that needed nothing stay."""
        server = served(mirror("Package: a\n"))
        self.update(server)
        before = set(os.listdir(self.cache))
        self.update(server)
        self.assertEqual(set(os.listdir(self.cache)), before)


class KeyTests(UpdateTests):
    url = "http://mirror.example.test/keys/archive.asc"

    def setUp(self) -> None:
        super().setUp()
        self.key = Tsk.generate("Archive <archive@example.test>")
        self.source = apt_source(MIRROR, gpgkeys=(self.url,))

    def server(self, text: str, key: Tsk | None = None) -> MemoryDownloader:
        contents = debian(text)
        signer = (key or self.key).signer()
        signed = sign(signer, release(contents), mode=SignatureMode.CLEAR)
        server = served({**contents, f"{DISTS}/InRelease": bytes(signed)})
        server.files[self.url] = str(self.public(self.key)).encode()
        return server

    def public(self, key: Tsk) -> Cert:
        return key.extract_certificate()

    def test_signed(self) -> None:
        """A suite that a key of the source has signed is taken."""
        (outcome,) = self.update(self.server("Package: a\n"))
        self.assertEqual(self.names(outcome), ("a",))
        with open(key_path(self.cache, self.url), "rb") as stream:
            self.assertIn(b"PUBLIC KEY", stream.read())

    def test_other_key(self) -> None:
        """A suite that somebody else has signed is refused."""
        (outcome,) = self.update(self.server("Package: a\n", Tsk.generate("Mallory")))
        self.assertIn("no good signature", outcome.error or "")

    def test_changed(self) -> None:
        """A suite that was changed after it was signed is refused."""
        server = self.server("Package: a\n")
        name = f"{MIRROR}{DISTS}/InRelease"
        server.files[name] = server.files[name].replace(b"Suite: stable", b"Suite: forged")
        (outcome,) = self.update(server)
        self.assertIn("no good signature", outcome.error or "")

    def test_unsigned(self) -> None:
        """Where a key is configured, taking the signature away does not help."""
        server = self.server("Package: a\n")
        del server.files[f"{MIRROR}{DISTS}/InRelease"]
        for contents in ({}, {LISTED: release(debian("Package: a\n"))}):
            server.files |= contents
            (outcome,) = self.update(server)
            self.assertIn("remove the source's GPGKey", outcome.error or "")

    def test_added(self) -> None:
        """An index that the signed list does not name is not taken from elsewhere."""
        contents = debian("Package: a\n")
        signed = sign(self.key.signer(), release({}), mode=SignatureMode.CLEAR)
        server = self.server("")
        server.files |= served({**contents, f"{DISTS}/InRelease": bytes(signed)}).files
        (outcome,) = self.update(server)
        self.assertIn("does not list main/binary-amd64/Packages", outcome.error or "")

    def test_detached(self) -> None:
        """A signature may stand in a file of its own."""
        contents = debian("Package: a\n")
        release_file = release(contents)
        signature = sign(self.key.signer(), release_file, mode=SignatureMode.DETACHED)
        server = self.server("")
        del server.files[f"{MIRROR}{DISTS}/InRelease"]
        server.files |= served({**contents, f"{DISTS}/Release": release_file}).files
        server.files[f"{LISTED}.gpg"] = bytes(signature)
        (outcome,) = self.update(server)
        self.assertEqual(self.names(outcome), ("a",))
        server.files[f"{LISTED}.gpg"] = bytes(
            sign(Tsk.generate("Mallory").signer(), release_file, mode=SignatureMode.DETACHED)
        )
        (outcome,) = self.update(server, force=True)
        self.assertIn("no good signature", outcome.error or "")

    def test_no_module(self) -> None:
        """Without the module that checks signatures nothing is trusted, and the remedy is told."""
        server = self.server("Package: a\n")
        self.addCleanup(sys.modules.__setitem__, "pysequoia", sys.modules["pysequoia"])
        sys.modules["pysequoia"] = None  # type: ignore[assignment]  # as if it were missing
        (outcome,) = self.update(server)
        self.assertIn("pip install 'bcfg2tw[packages]'", outcome.error or "")

    def test_several_keys(self) -> None:
        """One key of several is enough, whatever is wrong with the others."""
        server = self.server("Package: a\n")
        other, broken, gone = (f"http://mirror.example.test/keys/{one}" for one in "123")
        server.files[other] = str(self.public(Tsk.generate("Other"))).encode()
        server.files[broken] = b"no key"
        source = apt_source(MIRROR, gpgkeys=(gone, broken, other, self.url))
        (outcome,) = self.update(server, source)
        self.assertEqual(self.names(outcome), ("a",))

    def test_shared_index(self) -> None:
        """Where one of several sources that share an index has a key, that counts for all."""
        server = self.server("Package: a\n", Tsk.generate("Mallory"))
        outcomes = self.update(server, apt_source(MIRROR), self.source, apt_source(MIRROR))
        self.assertEqual([one.path for one in outcomes], [None] * 3)

    def test_same_base_name(self) -> None:
        """Keys of two repositories are two, although both call them by the same name."""
        other_mirror, other_url = (
            "http://other.example.test/",
            "http://other.example.test/archive.asc",
        )
        server = self.server("Package: a\n")
        other = Tsk.generate("Other")
        contents = debian("Package: b\n")
        signed = sign(other.signer(), release(contents), mode=SignatureMode.CLEAR)
        files = {**contents, f"{DISTS}/InRelease": bytes(signed)}
        server.files |= {f"{other_mirror}{name}": data for name, data in files.items()}
        server.files[other_url] = str(self.public(other)).encode()
        outcomes = self.update(server, self.source, apt_source(other_mirror, gpgkeys=(other_url,)))
        self.assertEqual([self.names(outcome) for outcome in outcomes], [("a",), ("b",)])

    def test_other_url(self) -> None:
        """A key that has come to another URL is fetched from there, whatever it is called."""
        server = self.server("Package: a\n")
        self.update(server)
        self.key = Tsk.generate("Archive, next year")
        url = "http://mirror.example.test/next/archive.asc"
        server.files |= self.server("Package: a\nPackage: b\n").files
        server.files[url] = server.files.pop(self.url)
        (outcome,) = self.update(server, apt_source(MIRROR, gpgkeys=(url,)))
        with open(key_path(self.cache, url), "rb") as stream:
            self.assertEqual(stream.read(), server.files[url])
        self.assertIsNone(outcome.error)

    def test_of_bcfg2(self) -> None:
        """What Bcfg2 has left of a key is used until all is fetched again."""
        server = self.server("Package: a\n")
        folder = os.path.dirname(key_path(self.cache, self.url))
        os.mkdir(folder)
        with open(os.path.join(folder, "archive.asc"), "wb") as stream:
            stream.write(server.files.pop(self.url))
        (outcome,) = self.update(server)
        self.assertEqual(self.names(outcome), ("a",))

    def test_missing_key(self) -> None:
        """A key that cannot be had is an error in the log, and nothing can be trusted."""
        server = self.server("Package: a\n")
        del server.files[self.url]
        logging.getLogger("Packages").disabled = False
        with self.assertLogs("Packages", "ERROR") as logs:
            (outcome,) = self.update(server)
        self.assertIn(f"Packages: Error downloading {self.url}", logs.output[0])
        self.assertIn("archive.asc", outcome.error or "")

    def test_kept_keys(self) -> None:
        """Keys are fetched once, unless all is fetched again; unknown ones are deleted."""
        server = self.server("Package: a\n")
        self.update(server)
        stranger = key_path(self.cache, "http://x/stranger")
        with open(stranger, "wb") as stream:
            stream.write(b"x")
        server.asked.clear()
        self.update(server)
        self.assertEqual(server.asked, [])
        self.assertEqual(
            os.listdir(os.path.dirname(stranger)),
            [os.path.basename(key_path(self.cache, self.url))],
        )
        self.update(server, force=True)
        self.assertIn(self.url, dict(server.asked))
