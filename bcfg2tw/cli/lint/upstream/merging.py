"""MergeFiles: files and probes so much alike that one template would do."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from functools import cached_property

from bcfg2tw.cli.lint.cfg_files import cfg_files, paths_of
from bcfg2tw.cli.lint.check import Check, Kind, Remark
from bcfg2tw.engine.plugins.cfg.kind import Role
from bcfg2tw.engine.templates.python2_random import python2_hash

#: Above this many characters files are compared line by line, which takes far less.
LONG = 1000
#: The sizes of Python 2's dictionaries, and its numbers without sign.
SIZES = tuple(8 * 4**power for power in range(12))
UNSIGNED = (1 << 64) - 1


class MergeFiles(Check):
    """Compares the files of each path of Cfg, and the probes."""

    name = "MergeFiles"
    is_upstream = True
    kinds = {
        "merge-cfg": Kind("warning", "Files of one path are much alike: one template may do."),
        "merge-probes": Kind("warning", "Probes are much alike: one probe may do."),
        "identical-cfg": Kind("error", "Files of one path are the same: one of them will do."),
        "identical-probes": Kind("error", "Probes are the same: one of them will do."),
    }

    def run(self) -> Iterator[Remark]:
        """Compare, where all files take part."""
        if not self.repository.is_whole:
            return
        if self.repository.uses("Cfg"):
            yield from self._cfg()
        if self.repository.uses("Probes"):
            probes = [
                path
                for path in self.repository.every("Probes")
                if os.path.basename(path) not in ("probed.xml", "probed.json")
            ]
            for likeness, names in self._alike({os.path.basename(path): path for path in probes}):
                what = "a single probe"
                yield from self._remarks("probes", "probes", likeness, names, what)

    def _cfg(self) -> Iterator[Remark]:
        for entry, files in paths_of(cfg_files(self.repository)).items():
            generators = {
                f"{entry}/{os.path.basename(file.path)}": file.path
                for file in files
                if file.role is Role.GENERATOR and not file.path.endswith(".crypt")
            }
            if len(generators) > 1:
                for likeness, names in self._alike(generators):
                    what = "a single Genshi template"
                    yield from self._remarks("cfg", "files", likeness, names, what)

    def _remarks(
        self, suffix: str, noun: str, likeness: str, names: Mapping[str, str], remedy: str
    ) -> Iterator[Remark]:
        begin = "Consider" if likeness == "similar" else "Strongly consider"
        text = (
            f"The following {noun} are {likeness}: {', '.join(names)}. {begin} merging them into "
            f"{remedy}."
        )
        name = f"{'merge' if likeness == 'similar' else 'identical'}-{suffix}"
        for number, path in enumerate(names.values()):
            yield Remark(name, path, None, text, "" if number else text)

    @cached_property
    def _threshold(self) -> float:
        try:
            threshold = float(self.repository.option("MergeFiles", "threshold", "0.75"))
        except ValueError:
            threshold = 0.75
        return threshold / 100 if threshold > 1 else threshold

    def _alike(self, paths: Mapping[str, str]) -> Iterator[tuple[str, dict[str, str]]]:
        """Yield how, and which files are alike, each file once."""
        texts = {name: self.repository.text(path) for name, path in paths.items()}
        left = sorted(texts)
        if self.repository.has_option("MergeFiles", "threshold"):
            # Bcfg2's own lint compares with none that is not written down, and then in this order
            left = in_python2_order(left, os.path.basename)
        while left:
            first, *left = left
            same = [name for name in left if texts[name] == texts[first]]
            near = [
                name
                for name in left
                if name not in same and _is_similar(texts[first], texts[name], self._threshold)
            ]
            left = [name for name in left if name not in same and name not in near]
            if same and texts[first].strip():
                yield "identical", {name: paths[name] for name in (first, *same)}
            if near:
                yield "similar", {name: paths[name] for name in (first, *near)}


def in_python2_order(names: Sequence[str], key: Callable[[str], str]) -> list[str]:
    """Return names in the order in which Python 2 keeps them in a dictionary."""
    size = next(size for size in SIZES if len(names) * 3 < size * 2)
    slots: dict[int, str] = {}
    for name in names:
        perturbation = python2_hash(key(name)) & UNSIGNED
        slot = perturbation
        while slot % size in slots:
            slot = 5 * slot + perturbation + 1
            perturbation >>= 5
        slots[slot % size] = name
    return [slots[slot] for slot in sorted(slots)]


def _is_similar(first: str, second: str, threshold: float) -> bool:
    longer, shorter = max(len(first), len(second)), min(len(first), len(second))
    if not shorter or 2 * shorter / (longer + shorter) < threshold:
        return False
    by_lines = longer > LONG
    parts = [text.splitlines() if by_lines else list(text) for text in (first, second)]
    matcher = SequenceMatcher(None, parts[0], parts[1])
    return matcher.quick_ratio() >= threshold and matcher.ratio() >= threshold
