"""The changes that count of a journal left by a killed process, its file having changed since."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bcfg2tw.engine.store.answers import Answers
from bcfg2tw.engine.store.client_edit import ADD, COUNTS_LATER, REMOVE
from bcfg2tw.engine.store.xmlfiles.probed_document import answers_from, fingerprint
from bcfg2tw.engine.store.xmlfiles.records import Record, State


@dataclass(frozen=True)
class Takeover:
    """
    A journal that is taken over.

    :ivar records: those that count
    :ivar refused: sentences about those that do not, each with the client and both values
    :ivar state: of the file, None where it is as the journal knows it
    """

    records: list[Record]
    refused: list[str] = field(default_factory=list)
    state: State | None = None


class ClientsTakeover:
    """
    Takes over changes of clients, one record at a time.

    A change is contradicted where the file has a value that is neither the one before the change
    nor one that the journal leads to. What the file does not say contradicts nothing.

    :ivar records: those that count so far
    """

    def __init__(self, clients: Mapping[str, Mapping[str, str]], records: Iterable[Record]) -> None:
        """
        Take over all records.

        :param clients: the attributes of each client as the file has them, by its lower case name
        """
        self._clients = {name: dict(attributes) for name, attributes in clients.items()}
        self._passed = _passed_values(records)
        self._refused: dict[tuple[str, str], str] = {}
        self.records: list[Record] = []
        for record in records:
            self._take(record)

    @property
    def refused(self) -> list[str]:
        """Sentences about what does not count."""
        return list(self._refused.values())

    def _take(self, record: Record) -> None:
        name = record["name"]
        client = self._clients.get(name)
        if record["operation"] == REMOVE:
            self._remove(record, client)
        elif client is not None:
            self._change(record, client)
        elif record["operation"] == ADD:
            self._clients[name] = dict(record["attributes"])
            self.records.append(record)
        else:
            self._refuse(name, "", f"the journal has {_text(record['attributes'])} for it, and the "
                         "file does not have the client")  # fmt: skip

    def _remove(self, record: Record, client: Mapping[str, str] | None) -> None:
        if client is None:
            return
        before = record.get("before") or {}
        now = {key: value for key, value in client.items()
               if key in before or key not in COUNTS_LATER}  # fmt: skip
        if now == before:
            del self._clients[record["name"]]
            self.records.append(record)
        else:
            self._refuse(
                record["name"], "",
                f"the journal removes the client, and the file has it with {_text(client)}",
            )  # fmt: skip

    def _change(self, record: Record, client: dict[str, str]) -> None:
        accepted = {
            attribute: value
            for attribute, value in record["attributes"].items()
            if self._agrees(record["name"], attribute, value, client)
        }
        client.update(accepted)
        if accepted:
            self.records.append({**record, "attributes": accepted})

    def _agrees(self, name: str, attribute: str, value: str, client: Mapping[str, str]) -> bool:
        now = client.get(attribute)
        if now is None or now in self._passed[name, attribute]:
            return True
        values = f"{_text({attribute: value})} in the journal and {_text({attribute: now})}"
        self._refuse(name, attribute, f"{values} in the file")
        return False

    def _refuse(self, name: str, attribute: str, reason: str) -> None:
        self._refused[name, attribute] = f"{name}: {reason}"  # of several the last one


def _passed_values(records: Iterable[Record]) -> dict[tuple[str, str], set[str | None]]:
    """Return by client and attribute the values before and after each change."""
    passed: dict[tuple[str, str], set[str | None]] = {}
    for record in records:
        before = record.get("before") or {}
        for attribute, value in record["attributes"].items():
            values = passed.setdefault((record["name"], attribute), set())
            values |= {before.get(attribute), value}
    return passed


def _text(attributes: Mapping[str, str]) -> str:
    """Return attributes for the log, which is no place for passwords."""
    return " ".join(
        f"{name}=..." if name == "password" else f"{name}={value!r}"
        for name, value in sorted(attributes.items())
    )


def take_over_answers(file: Mapping[str, Answers], records: Iterable[Record]) -> Takeover:
    """
    Take over uploads of probe output.

    One is contradicted where the file has other output than before the upload, and none that the
    journal leads to.
    """
    passed: dict[str, set[Any]] = {}
    for record in records:
        said = fingerprint(answers_from(record))
        passed.setdefault(record["client"], set()).update((record.get("before"), said))
    lost = {
        client
        for client, values in passed.items()
        if client in file and fingerprint(file[client]) not in values
    }
    last = {record["client"]: record for record in records}
    return Takeover(
        [record for record in records if record["client"] not in lost],
        [
            f"{client}: the journal has {_said(answers_from(last[client]))}, and the file has "
            f"{_said(file[client])}"
            for client in sorted(lost)
        ],
    )


def _said(answers: Answers) -> str:
    return f"{dict(sorted(answers.data.items()))!r} with the groups {sorted(answers.groups)!r}"
