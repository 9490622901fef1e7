"""
The repository as it was at a revision of git: a copy in which changed files are put back.

A submodule is in it as it was at the commit that the revision names, whatever is checked out.

Files that git ignores, such as what clients said, are in it as they are now. Nothing in the
repository or in git's own folder is changed by it.
"""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from bcfg2tw.engine.programs import ProgramError, run
from bcfg2tw.errors import Bcfg2Error

__all__ = ["RevisionError", "Revisions"]

#: For each command of git; it may have to read a large working copy.
TIMEOUT_SECONDS = 120.0

#: Words of git are read by us, and it is not to write its index anew.
_ENVIRONMENT = {"LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0"}
#: Below a repository: what a server writes there, and git may neither know nor ignore.
_SERVERS_OWN = (
    "Probes/probed.xml", "SSHbase/", "Packages/cache/", "Ohai/", "NagiosGen/", "etc/", ".bcfg2tw/"
)  # fmt: skip
_ABSENT, _SUBMODULE = "000000", "160000"


class RevisionError(Bcfg2Error):
    """A revision cannot be compared with."""


@dataclass(frozen=True)
class _Change:
    """
    A file that differs from a revision.

    :ivar path: below the top of the working copy
    :ivar modes: git's, of the revision and of now
    :ivar commit: that a submodule was at; of other files it is no commit
    """

    path: str
    modes: tuple[str, str]
    commit: str = ""


class Revisions:
    """The revisions of the working copy that a repository is, or is a folder of."""

    def __init__(self, repository: str, environment: Mapping[str, str] | None = None) -> None:
        """
        Find the working copy.

        :param environment: of git, where not this process's own says which working copy is meant
        :raises RevisionError: if git is not installed, or there is no working copy
        """
        self._environment = {**_ENVIRONMENT, **(environment or {})}
        self._repository = os.path.realpath(repository)
        try:
            words = self._run("rev-parse", "--show-toplevel", folder=self._repository)
        except ProgramError as error:
            raise RevisionError(_no_working_copy(repository, error)) from error
        self.top = words.rstrip("\n")
        self._prefix = os.path.relpath(self._repository, self.top)

    def git_folder(self) -> str:
        """Return the path of git's own folder."""
        return self._run("rev-parse", "--absolute-git-dir").rstrip("\n")

    def commit(self, revision: str) -> str:
        """
        Return the commit that a revision names.

        :raises RevisionError: if there is none
        """
        words = ("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
        try:
            return self._run(*words).strip()
        except ProgramError as error:
            reason = f"git knows no revision '{revision}' in {self.top}"
            raise RevisionError(f"{reason}: fetch it, or name another") from error

    def changes(self, commit: str) -> list[_Change]:
        """Return what differs from a commit in the whole working copy, new files included."""
        words = ("diff", "--raw", "-z", "--no-renames", "--no-abbrev", "--ignore-submodules=none")
        raw = self._run(*words, commit, "--")
        others = self._run("ls-files", "--others", "--exclude-standard", "-z")
        new = (path for path in _zero_separated(others) if not self._is_servers_own(path))
        return [*_read_raw(raw), *(_Change(path, (_ABSENT, "100644")) for path in new)]

    def _is_servers_own(self, path: str) -> bool:
        """Say whether a file that git does not know is none that an administrator has begun."""
        below = os.path.relpath(path, self._prefix)
        return below.startswith(_SERVERS_OWN)

    def copy(self, commit: str, folder: str) -> Copy:
        """
        Copy the repository into an empty folder, as it was at a commit.

        :raises RevisionError: if git cannot give a file back
        :raises OSError: if something cannot be read or written
        """
        changes = self.changes(commit)
        copied = os.path.normpath(os.path.join(folder, self._prefix))
        _copy_tree(self._repository, copied)
        inside = [one for one in changes if self._is_inside(one)]
        lacking = self._put_back(commit, inside, folder)
        outside = list(_mend_links(self._repository, copied))
        with open(os.path.join(folder, ".git"), "w", encoding="utf-8") as stream:
            stream.write(f"gitdir: {self.git_folder()}\n")
        paths = list(map(self._path, changes))
        linked = [path for path in paths if any(_is_below(path, place) for place in outside)]
        return Copy(copied, paths, linked, lacking)

    def _path(self, change: _Change) -> str:
        return os.path.join(self.top, change.path)

    def _is_inside(self, change: _Change) -> bool:
        return _is_below(self._path(change), self._repository)

    def _put_back(self, commit: str, changes: Sequence[_Change], folder: str) -> list[str]:
        """
        Undo changes in a copy, by means of an index that is the commit's.

        :returns: a sentence for each submodule whose commit is not there
        """
        index = {"GIT_INDEX_FILE": os.path.join(folder, ".git-index")}
        for change in changes:
            _remove(os.path.join(folder, change.path))
        wanted = [one.path for one in changes if one.modes[0] not in (_ABSENT, _SUBMODULE)]
        try:
            self._run("read-tree", commit, environment=index)
            self._run(
                "checkout-index", "-z", "--stdin", "--force", f"--prefix={folder}/",
                environment=index, input_text="\0".join(wanted),
            )  # fmt: skip
        except ProgramError as error:
            raise RevisionError(f"git cannot give back what was changed: {error}") from error
        finally:
            _remove(index["GIT_INDEX_FILE"])  # which is no file of the repository
        modules = (one for one in changes if one.modes[0] == _SUBMODULE)
        return [sentence for one in modules for sentence in self._put_back_module(one, folder)]

    def _put_back_module(self, change: _Change, folder: str) -> list[str]:
        """Put the files of a submodule into a copy, as they were; return as `_put_back` does."""
        path, copied = self._path(change), os.path.join(folder, change.path)
        module = _module_at(path)
        if module is None or not module.has(change.commit):
            return [_lacking_module(path, change.commit)]
        _copy_tree(path, copied)
        return module._put_back(change.commit, module.changes(change.commit), copied)

    def has(self, commit: str) -> bool:
        """Say whether a commit, given by its number, is there."""
        try:
            self._run("cat-file", "-e", f"{commit}^{{commit}}")
        except ProgramError:
            return False
        return True

    def _run(
        self, *words: str, folder: str | None = None, environment: dict[str, str] | None = None,
        input_text: str = "",
    ) -> str:  # fmt: skip
        return run(
            ("git", *words), TIMEOUT_SECONDS, folder or self.top,
            {**self._environment, **(environment or {})}, input_text,
        ).out  # fmt: skip


@dataclass(frozen=True)
class Copy:
    """
    A repository as it was.

    :ivar path: its folder
    :ivar changed: files that differ now
    :ivar unseen: those of them that a copy cannot show as they were: what the repository has
        links to outside of it
    :ivar lacking: a sentence for each submodule that the copy lacks, as its commit is not there
    """

    path: str
    changed: list[str]
    unseen: list[str]
    lacking: list[str]


def _module_at(path: str) -> Revisions | None:
    """Return the revisions of a submodule, None where the working copy has no files of it."""
    git = os.path.join(path, ".git")
    if not os.path.lexists(git):
        return None  # git would take the repository round it
    # as it would in a hook, where variables name that repository, and its index
    place = {"GIT_DIR": git, "GIT_WORK_TREE": path}
    try:
        index = os.path.join(Revisions(path, place).git_folder(), "index")
        return Revisions(path, {**place, "GIT_INDEX_FILE": index})
    except RevisionError:
        return None


def _lacking_module(path: str, commit: str) -> str:
    return (
        f"commit {commit[:10]} of the submodule {path} is not there: "
        "fetch it (git submodule update --init --recursive; git fetch in the submodule for a "
        "commit of the past), or compare with the folder of another checkout"
    )


def _no_working_copy(repository: str, error: ProgramError) -> str:
    text = str(error)
    if "not a git repository" in text:
        return f"{repository} is no working copy of git, so that it has no revisions"
    if isinstance(error.__cause__, FileNotFoundError):
        return "git is not installed"
    return f"git cannot look at {repository}: {text}"


def _read_raw(text: str) -> Iterator[_Change]:
    """Yield what `git diff --raw -z` says: pairs of a description and a path."""
    words = list(_zero_separated(text))
    for description, path in zip(words[::2], words[1::2], strict=True):
        old, new, commit, *_ = description.lstrip(":").split()
        yield _Change(path, (old, new), commit)


def _zero_separated(text: str) -> Iterator[str]:
    return filter(None, text.split("\0"))


def _copy_tree(source: str, target: str) -> None:
    """Copy a tree without git's own folder; links stay as they are."""
    without_git = shutil.ignore_patterns(".git")
    shutil.copytree(source, target, True, without_git, _copy_file, dirs_exist_ok=True)


def _copy_file(source: str, target: str) -> None:
    """Copy a file; what is none, or may not be read, is left out: that shows as a difference."""
    if stat.S_ISREG(os.stat(source).st_mode):
        with suppress(PermissionError):
            shutil.copy2(source, target)


def _mend_links(source: str, target: str) -> Iterator[str]:
    """Let the links of a copy lead where they led; yield where they leave the tree."""
    for folder, folders, files in os.walk(target):
        for path in (os.path.join(folder, name) for name in (*folders, *files)):
            if not os.path.islink(path):
                continue
            original = os.path.join(source, os.path.relpath(folder, target))
            wanted = os.path.normpath(os.path.join(original, os.readlink(path)))
            is_inside = _is_below(wanted, source)
            os.unlink(path)
            os.symlink(
                os.path.join(target, os.path.relpath(wanted, source)) if is_inside else wanted, path
            )
            if not is_inside:
                yield os.path.realpath(wanted)


def _remove(path: str) -> None:
    if os.path.isdir(path) and not os.path.islink(path):
        shutil.rmtree(path)
    else:
        with suppress(FileNotFoundError, NotADirectoryError):
            os.unlink(path)


def _is_below(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder + os.sep)
