"""Planted differences: each is found, for the clients it concerns, and nothing else is told."""

from __future__ import annotations

import logging
import os
import shutil
import socket
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.cli.diff.building import BuiltClient
from bcfg2tw.cli.diff.comparison import differences_of
from bcfg2tw.cli.diff.states import FolderState
from bcfg2tw.cli.test.building import Log
from bcfg2tw.comparing.difference import Difference
from bcfg2tw.comparing.secrets import SecretTexts
from bcfg2tw.engine.secrets.texts import encrypted_paths, secret_texts
from bcfg2tw.settings import Settings
from tests.cli.diff.planted_changes import PLANTED

CASE = Path(__file__).parents[2] / "conformance" / "cases" / "site-school"
CONFIG = """[server]
repository = {}
plugins = Bundler,Cfg,Metadata,Properties,Rules,SSHbase,TemplateHelper
[encryption]
school = kreide
"""


class Plant:
    """The repository of a case, which is changed and looked at again."""

    def __init__(self, folder: str) -> None:
        self.path = os.path.join(folder, "repository")
        shutil.copytree(CASE / "repo", self.path)
        self.config = os.path.join(folder, "bcfg2.conf")
        Path(self.config).write_text(CONFIG.format(self.path), "utf-8")

    def write(self, path: str, old: str, new: str | None) -> None:
        """Change a file; None removes it, an empty old text writes it anew."""
        file = Path(self.path, path)
        if new is None:
            file.unlink()
            return
        file.parent.mkdir(parents=True, exist_ok=True)
        text = new if not old else file.read_text("utf-8").replace(old, new, 1)
        assert not file.exists() or file.read_text("utf-8") != text, f"{path} has no {old}"
        file.write_text(text, "utf-8")

    @cached_property
    def settings(self) -> Settings:
        return Settings.load({"config": self.config})

    def built(self) -> Mapping[str, BuiltClient]:
        """Build all clients as the files are now."""
        state = FolderState("now", self.settings)
        state.prepare("")
        hosts = state.clients()
        with Log():
            return {host: state.build(host) for host in hosts}

    def secrets(self) -> SecretTexts:
        return SecretTexts.of(secret_texts(self.settings), encrypted_paths(self.path))


def told(differences: Mapping[str, Sequence[Difference]]) -> list[str]:
    """Return what is told, a line a difference, with the clients that have it."""
    lines: dict[str, list[str]] = {}
    for host, every in differences.items():
        for one in every:
            aspects = [f"{d.title}{' secret' if d.is_secret else ''}" for d in one.details]
            if one.kind in ("entry-added", "entry-removed"):
                aspects = []
            words = [one.kind, f"{one.tag}:{one.name}", *aspects]
            lines.setdefault(" ".join(words), []).append(host.partition(".")[0])
    return sorted(f"{line} ({' '.join(sorted(hosts))})" for line, hosts in lines.items())


class PlantedTests(SynchronousTestCase):
    def test_planted(self) -> None:
        """Each change is told for the clients that it concerns, and nothing else is."""
        self.assertGreater(len(PLANTED), 50)
        root = logging.getLogger()  # which a command takes for itself
        self.addCleanup(root.setLevel, root.level)
        self.addCleanup(root.handlers.__setitem__, slice(None), list(root.handlers))
        for question in ("getaddrinfo", "getnameinfo"):
            self.patch(socket, question, no_answer)
        plant = Plant(os.path.abspath(self.mktemp()))
        before, secrets = plant.built(), plant.secrets()
        for path, old, new, expected in PLANTED:
            changed = Plant(os.path.abspath(self.mktemp()))
            changed.write(path, old, new)
            self.assertEqual(
                told(compared(before, changed.built(), secrets)), list(expected), (path, old, new)
            )


def no_answer(*_: object, **__: object) -> None:
    """Answer like a name service that knows nothing: SSHbase asks about all hosts each time."""
    raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")


def compared(
    old: Mapping[str, BuiltClient], new: Mapping[str, BuiltClient], secrets: SecretTexts
) -> Mapping[str, Sequence[Difference]]:
    """Return what differs of each client."""
    hosts = sorted({*old, *new})
    pairs = ((host, old.get(host), new.get(host)) for host in hosts)
    return {
        host: differences_of(
            secrets, after or BuiltClient(host, False), before or BuiltClient(host, False)
        ).differences
        for host, before, after in pairs
    }
