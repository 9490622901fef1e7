"""One recorded case: a private copy of its folder, and its steps made against a server."""

from __future__ import annotations

import base64
import http.client
import json
import os
import shutil
import ssl
import time
import xmlrpc.client
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bcfg2tw.settings import Settings
from tests.conformance.answers import Answer, mismatch, read_answer

CASES = Path(__file__).parent / "cases"
HOST = "127.0.0.1"
CALL_SECONDS = 30
SETTLE_SECONDS = 20
POLL_SECONDS = 0.1

Step = Mapping[str, Any]


@dataclass(frozen=True)
class Place:
    """
    Where a case is run: what its placeholders stand for.

    :ivar www_port: of the HTTP server for the folder that a case wants to be served
    """

    folder: Path
    port: int
    www_port: int
    certificate: Path
    key: Path
    authority: Path

    def fill(self, text: str) -> str:
        """Put what they stand for in the place of a text's placeholders."""
        values = {
            "@REPO@": self.folder / "repo",
            "@CASE@": self.folder,
            "@HOST@": HOST,
            "@PORT@": self.port,
            "@WWWPORT@": self.www_port,
            "@CERT@": self.certificate,
            "@KEY@": self.key,
            "@CA@": self.authority,
        }
        for name, value in values.items():
            text = text.replace(name, str(value))
        return text


class Case:
    """A case, copied to a place of its own."""

    def __init__(
        self, name: str, place: Place, identities: Mapping[str, tuple[Path, Path]]
    ) -> None:
        """
        Copy a case and fill in its configuration file.

        :param identities: certificate and key files by common name, for clients with one
        """
        shutil.copytree(CASES / name, place.folder)
        (place.folder / "repo").mkdir(exist_ok=True)
        self.place = place
        self.description = json.loads((place.folder / "case.json").read_text("utf-8"))
        self.steps: list[Step] = self.description["steps"]
        self.configuration = place.folder / "bcfg2.conf"
        self._identities = identities
        for filled in [self.configuration.name, *self.description.get("fill", [])]:
            path = place.folder / filled
            path.write_text(place.fill(path.read_text("utf-8")), "utf-8")

    def troubles(self) -> Iterator[str]:
        """Make the steps in order; yields a sentence for each answer that is wrong."""
        files = {
            f"expected/{path.name}": self.place.fill(path.read_text("utf-8"))
            for path in (self.place.folder / "expected").glob("*")
        }
        settling = False
        for number, step in enumerate(self.steps, 1):
            if "method" not in step:
                self._change(step)
                settling = settling or step.get("settle", False)
                continue
            trouble = self._trouble(step, files, SETTLE_SECONDS if settling else 0)
            settling = False
            if trouble is not None:
                yield f"step {number}, {step['method']}: expected {trouble}"

    def _trouble(self, step: Step, files: Mapping[str, str], patience: float) -> str | None:
        expected = json.loads(self.place.fill(json.dumps(step["expect"])))
        deadline = time.monotonic() + patience
        while True:
            trouble = mismatch(expected, self.call(step), files, step)
            if trouble is None or time.monotonic() >= deadline:
                return trouble
            time.sleep(POLL_SECONDS)

    def _change(self, step: Step) -> None:
        repository = self.place.folder / "repo"
        if "remove" in step:
            (repository / step["remove"]).unlink()
            return
        path = repository / step["write"]
        path.parent.mkdir(parents=True, exist_ok=True)
        content = base64.b64decode(step["base64"]) if "base64" in step else step["text"].encode()
        fresh = path.with_name(path.name + "~")
        fresh.write_bytes(content)
        os.replace(fresh, path)

    def call(self, step: Step) -> Answer:
        """Make one call over a connection of its own, from the step's loopback address."""
        connection = http.client.HTTPSConnection(
            HOST,
            self.place.port,
            timeout=CALL_SECONDS,
            context=self._tls(step.get("cert")),
            source_address=(step["from"], 0),
        )
        try:
            connection.connect()
            # may be refused before the body was read; the status is waiting then
            with suppress(BrokenPipeError, ConnectionResetError):
                connection.request("POST", "/RPC2", *request_of(step))
            return read_answer(connection.getresponse())
        except (OSError, http.client.HTTPException) as error:
            return Answer("error", error)
        finally:
            connection.close()

    def _tls(self, common_name: str | None) -> ssl.SSLContext:
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        if common_name:
            context.load_cert_chain(*self._identities[common_name])
        return context


def settings_of(name: str, folder: str) -> Settings:
    """
    Copy the repository of a case, for who reads it without a server.

    :param folder: to copy it to, which is not there yet
    """
    copied = Path(folder).absolute()
    place = Place(copied, 6789, 6780, copied / "c.pem", copied / "k.pem", copied / "ca.pem")
    return Settings.from_file(str(Case(name, place, {}).configuration))


def request_of(step: Step) -> tuple[bytes, dict[str, str]]:
    """Return body and headers of the request that a step makes."""
    body = xmlrpc.client.dumps(tuple(step.get("args", ())), step["method"], allow_none=True)
    headers = {"Content-Type": "text/xml"}
    if step.get("auth", True):
        pair = f"{step.get('user', 'root')}:{step.get('password', '')}"
        headers["Authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
    return body.encode("ascii", "xmlcharrefreplace"), headers
