"""
Building one configuration: the steps of `steps.py` and `binding.py` in their order, each timed
(:ref:`core-8`).
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TypeVar

from bcfg2tw.engine.build import binding, steps
from bcfg2tw.engine.build.writing import Writing, can_be_written
from bcfg2tw.engine.model.build import Build, Configuration, Problem, WrittenConfiguration
from bcfg2tw.engine.model.build_costs import MeasuredBuilds
from bcfg2tw.engine.model.client_metadata import ClientMetadata
from bcfg2tw.engine.model.explanation import Explanation
from bcfg2tw.engine.model.plugin_set import PluginSet
from bcfg2tw.engine.model.written_structure import WrittenStructure
from bcfg2tw.engine.shared_texts import TextPiece
from bcfg2tw.engine.xmlio import Element, serialise
from bcfg2tw.errors import ValidationError

S = TypeVar("S")
R = TypeVar("R")

logger = logging.getLogger("bcfg2-server")


class ConfigurationBuild:
    """
    Builds configurations; safe to use from any thread.

    Every method works on the state of the repository that the metadata were built from.

    :ivar measured: the costs of those builds that are measured
    """

    def __init__(self, timed: Callable[[str], AbstractContextManager[None]]) -> None:
        """
        Build nothing yet.

        :param timed: measures a block under the name of a step
        """
        self._timed = timed
        self.measured = MeasuredBuilds()
        self._writing: Writing | None = None

    def build(
        self, metadata: ClientMetadata, explanation: Explanation | None = None
    ) -> Configuration[ClientMetadata]:
        """
        Build a client's configuration, in the mode that its metadata were built in.

        :param explanation: collects why entries are as they are
        :raises ValidationError: if a validator refuses it
        """
        metadata = self._begun(metadata, explanation)
        document = self._document(metadata)
        self._end(metadata)
        return Configuration.of(document, metadata, metadata.build)

    def write(self, metadata: ClientMetadata) -> WrittenConfiguration[ClientMetadata]:
        """
        Build a client's configuration as text, with what was written before where that can be.

        :raises ValidationError: if a validator refuses it
        """
        metadata = self._begun(metadata)
        if metadata.snapshot.derive(can_be_written):
            result = self._pieces(metadata)
        else:
            result = self._document(metadata)
        self._end(metadata)
        pieces = result if isinstance(result, list) else [serialise(result)]
        return WrittenConfiguration.of(pieces, metadata, metadata.build)

    def _new_writing(self, plugins: PluginSet) -> Writing:
        self._writing = Writing(plugins, self._writing)
        return self._writing

    def _begun(
        self, metadata: ClientMetadata, explanation: Explanation | None = None
    ) -> ClientMetadata:
        """Return the metadata for a build."""
        build = Build(
            metadata.build.bind,
            metadata.effects,
            explanation=explanation,
            costs=self.measured.next(),
        )
        return metadata.for_build(build)

    def _end(self, metadata: ClientMetadata) -> None:
        if metadata.build.costs is not None:
            self.measured.add(metadata.build.costs)

    def _document(self, metadata: ClientMetadata) -> Element:
        """Return the configuration, or the `error` document that makes the client stop."""

        def bind(structures: list[Element]) -> Element:
            self.validate_structures(metadata, structures)
            steps.check_altsrc(structures)
            config = steps.empty_configuration(metadata.snapshot.revision)
            self.bind_structures(structures, metadata, config)
            self.validate_goals(metadata, config)
            steps.sort_document(config)
            return config

        return self._run(metadata, self.structures, bind)

    def _pieces(self, metadata: ClientMetadata) -> list[TextPiece] | Element:
        """Do the same as text, where nobody wants to see the structures that are written."""

        def bind(structures: list[Element | WrittenStructure]) -> list[TextPiece]:
            elements = [each for each in structures if not isinstance(each, WrittenStructure)]
            self.validate_structures(metadata, elements)
            steps.check_altsrc(structures)
            with self._timed("BindStructures"):
                return metadata.snapshot.derive(self._new_writing).pieces(structures, metadata)

        return self._run(metadata, self._structures_to_write, bind)

    def _run(
        self,
        metadata: ClientMetadata,
        get: Callable[[ClientMetadata], list[S]],
        bind: Callable[[list[S]], R],
    ) -> R | Element:
        """
        Take the steps of a build.

        :param get: returns the structures
        :param bind: has them checked, and returns the configuration that they make
        :returns: the configuration, or an `error` document
        """
        started = time.perf_counter()
        self.run_hook("start_client_run", metadata)
        try:
            structures = get(metadata)
        except (ValidationError, MemoryError):
            raise
        except Exception as error:  # a structure plugin's defect: the client is told to stop
            logger.exception("Error in GetStructures")
            metadata.build.problems.append(Problem("structures", str(error)))
            return steps.error_document("structure error", str(error))
        result = bind(structures)
        self.run_hook("end_client_run", metadata)
        seconds = time.perf_counter() - started
        logger.info("Generated config for %s in %.03f seconds", metadata.hostname, seconds)
        return result

    def _structures_to_write(self, metadata: ClientMetadata) -> list[Element | WrittenStructure]:
        with self._timed("GetStructures"):
            return steps.get_structures_to_write(metadata)

    def structures(self, metadata: ClientMetadata) -> list[Element]:
        """Return the client's structures, their entries abstract."""
        with self._timed("GetStructures"):
            return steps.get_structures(metadata)

    def validate_structures(self, metadata: ClientMetadata, structures: list[Element]) -> None:
        """Have the validators check, and change, the structures."""
        with self._timed("validate_structures"):
            steps.validate_structures(metadata, structures)

    def bind_structures(
        self, structures: list[Element], metadata: ClientMetadata, config: Element
    ) -> None:
        """Bind all structures and append them to the configuration."""
        with self._timed("BindStructures"):
            binding.bind_structures(structures, metadata, config)

    def validate_goals(self, metadata: ClientMetadata, config: Element) -> None:
        """Have the validators check, and change, the bound configuration."""
        with self._timed("validate_goals"):
            steps.validate_goals(metadata, config)

    def run_hook(self, hook: str, metadata: ClientMetadata) -> None:
        """Tell plugins of a step of the client's run."""
        with self._timed(f"client_run_hook:{hook}"):
            steps.run_hook(hook, metadata)
