"""A kind of file of an entry set, recognised by the file's name (:ref:`cfg-1.1`)."""

from __future__ import annotations

import enum
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeAlias

from bcfg2tw.engine.documents.specificity import FOR_ALL, Specificity, specificity_of_suffix
from bcfg2tw.engine.encryption import decrypt_by_any
from bcfg2tw.engine.plugins.cfg.unusable import Unusable
from bcfg2tw.engine.repository.files import MistakenFile
from bcfg2tw.engine.repository.source import ExplainedProblem, Source
from bcfg2tw.errors import EncryptionError, PluginExecutionError, RepositoryError

logger = logging.getLogger("bcfg2-server")

#: Files that templates include, which stand for nothing by themselves.
IGNORED = (".genshi_include", ".jinja2_include")

#: Filters of Bcfg2 1.3, which 1.4 no longer has.
FILTERS = (".cat", ".diff")

ReadFile: TypeAlias = Callable[[Source, bytes], Any]


class Role(enum.Enum):
    """The role of a file in its entry set."""

    GENERATOR = "generator"
    FILTER = "filter"
    CREATOR = "creator"
    VERIFIER = "verifier"
    INFO = "info"


@dataclass(frozen=True, eq=False)
class Kind:
    """
    One kind of file; also the interpretation of such files. Each is equal to itself only.

    :ivar handler: its name in `[cfg] handlers`
    :ivar read: makes the object for a file from its source and its content, decrypted
    :ivar order: a file is of the first kind, by this number, that its name matches
    :ivar names: whole names, where the kind has its own; a specificity may follow if `specific`
    :ivar extensions: what stands behind base name and specificity, where it has no own names
    :ivar encrypted: whether the file is encrypted
    :ivar verifies: whether a creator also says whether content is right
    :ivar read_large: makes the object for a large file from its source, which is not read; None
        where such files are read as others are
    :ivar failure: the text that fails an entry where the file was never understood, see `Unusable`
    """

    handler: str
    role: Role
    read: ReadFile
    order: int
    names: tuple[str, ...] = ()
    extensions: tuple[str, ...] = ("",)
    specific: bool = True
    encrypted: bool = False
    verifies: bool = False
    read_large: Callable[[Source], Any] | None = None
    failure: str = "Failed to load template {path}"

    def __call__(self, source: Source) -> Any:
        """
        Interpret a file.

        :raises RepositoryError: if it is wrong. One that cannot be decrypted is not: its last
            good content must not be served in its place (:ref:`cfg-6`), so the result says so.
        """
        if self.read_large is not None and source.is_large:
            return self.read_large(source)
        if not self.encrypted:
            return self.read(source, source.data)
        try:
            data = decrypt_by_any(source.data, source.settings)
        except EncryptionError as error:
            level = logging.DEBUG if source.settings.lax_decryption else logging.ERROR
            logger.log(level, "Cfg: Failed to decrypt %s: %s", source.path, error)
            return Unusable(source.path, "Failed to decrypt {path}")
        return self.read(source, data)

    def specificity(self, name: str, base: str) -> Specificity | None:
        """
        Return for whom a file is, None if it is not of this kind.

        :param base: the base name of its entry set
        """
        if self.names:
            return self._specificity_of_own_name(name)
        if not name.startswith(base) or not name.endswith(self.extensions):
            return None  # which is said of most kinds for each file
        rest = name[len(base) :]
        for extension in self.extensions:
            if rest.endswith(extension):
                specificity = specificity_of_suffix(rest.removesuffix(extension))
                if specificity is not None:
                    return specificity
        return None

    def _specificity_of_own_name(self, name: str) -> Specificity | None:
        if not name.startswith(self.names):
            return None
        if not self.specific:
            return FOR_ALL if name in self.names else None
        suffixes = (name[len(whole) :] for whole in self.names if name.startswith(whole))
        specificities = map(specificity_of_suffix, suffixes)
        return next((match for match in specificities if match is not None), None)

    def unusable(self, path: str, problem: RepositoryError | None) -> Unusable:
        """Return a stand-in for a file that was never understood: it fails its entry."""
        if isinstance(problem, MistakenFile) or (
            isinstance(problem, ExplainedProblem) and "{reason}" not in self.failure
        ):
            failure = self.failure + ("" if "{reason}" in self.failure else " ({reason})")
            return Unusable(path, failure, _place(problem, path) + problem.diagnosis)
        return Unusable(path, self.failure, problem.reason if problem else "")


def _place(problem: RepositoryError, path: str) -> str:
    """Return where a problem is, as it stands before what is wrong there."""
    if problem.line is None:
        return ""
    return f"line {problem.line}: " if problem.path == path else f"{problem.path}:{problem.line}: "


def kind_of(name: str, base: str, kinds: Iterable[Kind]) -> tuple[Kind, Specificity] | None:
    """Return the kind of a file and for whom it is, None if it is of none."""
    if name.endswith(IGNORED):
        return None
    for kind in kinds:
        specificity = kind.specificity(name, base)
        if specificity is not None:
            return kind, specificity
    return None


def check_name(name: str, base: str, specificity: Specificity, kinds: Iterable[Kind]) -> None:
    """
    See that a file that is to be written will be read as a file for whom it is meant.

    `BASE.H_web.genshi` is no file for the host `web.genshi`, but a template for `web`.

    :raises PluginExecutionError: if it would not be
    """
    match = kind_of(name, base, kinds)
    if match is not None and match[1] != specificity:
        raise PluginExecutionError(
            f"{name} would be read as a file {match[1].description}, not {specificity.description}"
        )
