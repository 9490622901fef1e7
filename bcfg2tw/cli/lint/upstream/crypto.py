"""Crypto and ValidateJSON: files that are not what they say they are."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator

from bcfg2tw.cli.lint.check import Check, Kind, Remark
from bcfg2tw.engine.secrets.sources import Secret, secrets_in


class Crypto(Check):
    """Looks for what should be encrypted and is not."""

    name = "Crypto"
    is_serverless = True
    is_upstream = True
    kinds = {
        "unencrypted-cfg": Kind(
            "error", "A .crypt file holds its text in the clear. Encrypt it with bcfg2-crypt."
        ),
        "empty-encrypted-properties": Kind(
            "error", "An element is marked as encrypted and has no text. Give it one, encrypted."
        ),
        "unencrypted-properties": Kind(
            "error",
            "An element is marked as encrypted and has its text in the clear. Encrypt the file "
            "with bcfg2-crypt.",
        ),
    }

    def run(self) -> Iterator[Remark]:
        """Look at Cfg and Properties."""
        repository = self.repository
        paths = [*repository.files("Cfg", "*.crypt"), *repository.files("Properties", "*.xml")]
        for path in filter(_can_read, paths):  # of others the server's own reading says so
            for secret in secrets_in(path):
                if not secret.is_encrypted:
                    yield _remark(secret)


def _can_read(path: str) -> bool:
    return os.access(path, os.R_OK)


def _remark(secret: Secret) -> Remark:
    path = secret.path
    if secret.element is None:
        text = f"{path} is a .crypt file, but it is not encrypted"
        return Remark("unencrypted-cfg", path, None, text)
    shown = secret.element
    if not secret.data.strip():
        name, what = "empty-encrypted-properties", "but no text content"
        shown = f"{shown[:-1]}/>"
    else:
        name, what = "unencrypted-properties", "but is not encrypted"
        tag = shown[1:].partition(" ")[0].rstrip(">")
        shown = f"{shown}...</{tag}>"
    begin = f"Element in {path} has an 'encrypted' attribute, {what}"
    text = f"{begin}:    line {secret.line}: {shown}"
    return Remark(name, path, secret.line, f"{begin}: {secret.element}", text)


class ValidateJSON(Check):
    """Reads the JSON files of Properties and Ohai."""

    name = "ValidateJSON"
    is_serverless = True
    is_upstream = True
    kinds = {"json-failed-to-parse": Kind("error", "A file is no JSON, so that it is not used.")}

    def run(self) -> Iterator[Remark]:
        """Read the files."""
        repository = self.repository
        for path in [
            *repository.files("Properties", "*.json"),
            *repository.files("Ohai", "*.json"),
        ]:
            try:
                json.loads(repository.data(path))
            except ValueError as error:
                line = error.lineno if isinstance(error, json.JSONDecodeError) else None
                text = f"{path} does not contain valid JSON: {error}"
                message = f"This is no JSON: {error}"
                yield Remark("json-failed-to-parse", path, line, message, text)
