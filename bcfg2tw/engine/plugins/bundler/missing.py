"""Bundles that a client should have and that cannot be had (:ref:`decisions-never-shortened`)."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping

from bcfg2tw.engine.model.client_metadata import ClientMetadata
from bcfg2tw.engine.plugin.lasting import Lasting
from bcfg2tw.engine.plugins.bundler.bundle_file import BundleFile
from bcfg2tw.engine.repository.files import Files, MistakenFile
from bcfg2tw.errors import RepositoryError, ValidationError
from bcfg2tw.near_names import near_name

logger = logging.getLogger("Bundler")

SUFFIXES = (".xml", ".genshi")


class MissingBundles:
    """
    Decides what becomes of a configuration that lacks a bundle, for one state of the repository.

    A configuration may be built without a bundle that has been missing, unreadable or failing
    since the start, as with the reference, and the log says so. Of one that was there the client
    would remove what it does not find any more: its configuration is refused. So it is where a
    change of the files names a bundle that is like one that is there, where a name is that of
    another bundle but for case and blanks, and with `[bcfg2tw] strict_repository`.
    """

    def __init__(self, bundles: Mapping[str, BundleFile], files: Files, lasting: Lasting) -> None:
        """
        Take note of the bundles that there are.

        :param lasting: remembers what there was in every state that was read since the start
        """
        self._bundles = bundles
        self._files = files
        self._is_strict = files.library.settings.strict_repository
        self._seen: set[str] = lasting.keep("names of bundles", set)
        self._seen.update(bundles)
        self._required_at_start: frozenset[str] = lasting.keep(
            "bundles that others required at the start", self._required
        )
        self._plain: set[str] = lasting.keep("names of bundles without code", set)
        self._plain.update(name for name, file in bundles.items() if not file.is_template)
        self._rendered: dict[str, set[str]] = lasting.keep("clients of rendered bundles", dict)

    def _required(self) -> frozenset[str]:
        return frozenset(name for file in self._bundles.values() for name in file.required)

    def note_rendered(self, name: str, metadata: ClientMetadata) -> None:
        """Remember that a client has a bundle that is a template."""
        if metadata.effects.is_serving:
            self._rendered.setdefault(name, set()).add(metadata.hostname)

    def fail(self, name: str, reason: str, metadata: ClientMetadata) -> None:
        """
        Say that a bundle cannot be rendered for a client.

        :param reason: with file and line
        :raises ValidationError: if no configuration is to be built without it
        """
        had_it = name in self._plain or metadata.hostname in self._rendered.get(name, ())
        if self._is_strict or had_it:
            raise ValidationError(f"bundle {name} cannot be rendered: {reason}")
        logger.error(
            "Bundler: Failed to render templated bundle %s: %s; %s gets its configuration without "
            "it, as since the start", name, reason, metadata.hostname,
        )  # fmt: skip

    def miss(self, name: str, metadata: ClientMetadata) -> None:
        """
        Say that a bundle is not there.

        :raises ValidationError: if no configuration is to be built without it
        """
        problem = self._problem_of(name)
        if problem is not None:
            reason, remedy = f"bundle {name} was never readable: {problem}", "mend that"
        else:
            reason = self._reason(name, metadata)
            path = self._files.path(f"{name}.xml")
            remedy = f"restore {path}, or take the bundle out of what names it"
        if isinstance(problem, MistakenFile) or self._is_refused(name, metadata):
            raise ValidationError(f"{reason}: {remedy}")
        logger.error("Bundler: Bundle %s does not exist: %s", name, reason)

    def _reason(self, name: str, metadata: ClientMetadata) -> str:
        places = self._places(name, metadata)
        where = f"{places[0]}: " if places else ""
        quoted = repr(name) if name != name.strip() or not name else name
        near = self._near(name)
        hint = "" if near is None else f" ({near} is there)"
        return f"{where}there is no bundle {quoted}{hint}, which a group or a bundle names"

    def _places(self, name: str, metadata: ClientMetadata) -> list[str]:
        """Return the files and lines that name a bundle, that of a group first."""
        place = metadata.snapshot.metadata.place_of_bundle(name)
        requiring = (file for file in self._bundles.values() if name in file.required)
        places = [file.place_of_required(name) for file in requiring]
        return places if place is None else [place, *places]

    def _is_refused(self, name: str, metadata: ClientMetadata) -> bool:
        if self._is_strict or name in self._seen:
            return True
        return self._near(name) is not None and not self._is_named_at_start(name, metadata)

    def _is_named_at_start(self, name: str, metadata: ClientMetadata) -> bool:
        directory = metadata.snapshot.metadata
        if directory.place_of_bundle(name) is not None:
            return directory.named_bundle_at_start(name)
        is_required = any(name in file.required for file in self._bundles.values())
        return not is_required or name in self._required_at_start

    def _near(self, name: str) -> str | None:
        return near_name(name.removesuffix(".xml"), self._bundles)

    def _problem_of(self, name: str) -> RepositoryError | None:
        """Return what is wrong with a bundle's file, None if there is none."""
        for path in self._files:
            bundle, suffix = os.path.splitext(os.path.basename(path))
            if bundle == name and suffix in SUFFIXES:
                return self._files.problem(path, BundleFile)
        return None
