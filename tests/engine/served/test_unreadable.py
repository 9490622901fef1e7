"""A repository that cannot be read: what was read last stays in service, whole."""

from __future__ import annotations

import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.core import NetworkCore
from bcfg2tw.errors import UnreadableRepository
from tests.builders import a_core, configuration, write_files
from tests.privileges import without_privileges

CONTENTS = {"Bundler/b.xml": '<Bundle><BoundService name="one"/></Bundle>'}


@contextmanager
def without_descriptors() -> Iterator[None]:
    """Let this process open no further file while the block runs."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


class UnreadableTests(SynchronousTestCase):
    def served(self, core: NetworkCore) -> list[str | None]:
        """Return the names of the services that the client gets."""
        return [service.get("name") for service in configuration(core).iter("Service")]

    def check(self, core: NetworkCore) -> None:
        """See that the old state is served, and that the next reading takes in the new one."""
        self.assertEqual(self.served(core), ["one"])
        write_files(
            core.settings.repository,
            {"Bundler/b.xml": '<Bundle><BoundService name="two"/></Bundle>'},
        )
        core.reload(None)
        self.assertEqual(self.served(core), ["two"])

    def test_descriptors(self) -> None:
        """A process without descriptors takes no folder for empty."""
        core = a_core(self, CONTENTS)
        with without_descriptors(), self.assertRaises(UnreadableRepository) as raised:
            core.reload(None)
        self.assertIn("cannot be read: Too many open files", str(raised.exception))
        self.check(core)

    def test_forbidden_folder(self) -> None:
        """A folder that may not be listed fails the reading, and names itself."""
        core = a_core(self, CONTENTS)
        folder = os.path.join(core.settings.repository, "Bundler")
        # the folders above are for this user alone, as all temporary ones
        for above in (core.settings.repository, os.path.dirname(core.settings.repository)):
            os.chmod(above, 0o755)
        os.chmod(folder, 0)
        try:
            with without_privileges(), self.assertRaises(UnreadableRepository) as raised:
                core.reload(None)
        finally:
            os.chmod(folder, 0o755)
        self.assertEqual(str(raised.exception), f"{folder} cannot be read: Permission denied")
        self.check(core)

    def test_moved_away(self) -> None:
        """A repository that is gone for a while leaves no folder behind, and comes back."""
        core = a_core(self, CONTENTS)
        repository = core.settings.repository
        os.rename(repository, f"{repository}.away")
        with self.assertRaises(UnreadableRepository):
            core.reload(None)
        self.assertFalse(os.path.exists(repository))
        self.assertEqual(self.served(core), ["one"])
        os.rename(f"{repository}.away", repository)
        self.check(core)

    def test_folder_gone(self) -> None:
        """A plugin's folder that is removed is no error, and is not made again."""
        core = a_core(self, {**CONTENTS, "Rules/r.xml": '<Rules priority="1"/>'})
        folder = os.path.join(core.settings.repository, "Rules")
        os.unlink(os.path.join(folder, "r.xml"))
        os.rmdir(folder)
        core.reload(None)
        self.assertFalse(os.path.exists(folder))
        self.check(core)

    def test_link_to_nothing(self) -> None:
        """Links to nothing and to themselves are no files."""
        core = a_core(self, CONTENTS)
        folder = os.path.join(core.settings.repository, "Bundler")
        os.symlink("nowhere", os.path.join(folder, "dangling.xml"))
        os.symlink("circle", os.path.join(folder, "circle"))
        core.reload(None)
        self.check(core)

    def test_start(self) -> None:
        """A server that cannot read its repository does not start."""
        core = NetworkCore(a_core(self, CONTENTS).settings)
        self.addCleanup(core.shutdown)
        with without_descriptors(), self.assertRaises(UnreadableRepository):
            core.start()
