"""The API, held against its own description."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Any

from jsonschema import Draft202012Validator
from twisted.trial.unittest import SynchronousTestCase

from tests.reporting.cases import exported
from tests.reporting.web.asking import a_sqlite_fixture
from tests.reporting.web.sites import a_site, body, get, text, value

ROOT = "/api/1"
LINES = {"accept": "application/x-ndjson"}


class ApiTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.database = a_sqlite_fixture(self)
        self.site = a_site(self.database)
        self.description = value(get(self.site, f"{ROOT}/openapi.json"))

    def ask(self, address: str) -> Any:
        """Return what an address below the API's answers."""
        return value(get(self.site, ROOT + address))

    def schema(self, path: str, kind: str = "application/json") -> dict[str, Any]:
        """Return the schema of what a path answers, complete in itself."""
        answer = self.description["paths"][path]["get"]["responses"]["200"]
        schema: dict[str, Any] = answer["content"][kind]["schema"]
        return {**schema, "components": self.description["components"]}

    def check(self, schema: dict[str, Any], instance: Any) -> None:
        """See that an answer is as its schema says."""
        Draft202012Validator.check_schema(schema)
        errors = [
            f"{error.json_path}: {error.message[:200]}"
            for error in Draft202012Validator(schema).iter_errors(instance)
        ]
        self.assertEqual(errors, [])

    def test_description(self) -> None:
        """Each list, member and parameter is described; each list that is described is there."""
        self.assertEqual(self.description["openapi"], "3.1.0")
        for path, operations in self.description["paths"].items():
            operation = operations["get"]
            self.assertTrue(operation["summary"], path)
            for parameter in operation["parameters"]:
                self.assertEqual(set(parameter) - {"required"},
                                 {"name", "in", "schema", "description"}, path)  # fmt: skip
            if "{" not in path:
                self.assertEqual(get(self.site, ROOT + path).status, HTTPStatus.OK, path)
        listed = {"/clients", "/runs", "/problems", "/entries", "/changes", "/export"}
        self.assertLessEqual(listed, set(self.description["paths"]))

    def test_lists(self) -> None:
        """What each list answers is as described, as an array and in lines."""
        for path in ("/clients", "/runs", "/problems", "/entries", "/changes"):
            rows = self.ask(f"{path}?since=2000-01-01T00:00")
            self.assertTrue(rows, path)
            self.check(self.schema(path), rows)
            lines = text(get(self.site, f"{ROOT}{path}?since=2000-01-01T00:00", LINES))
            objects = [json.loads(line) for line in lines.splitlines()]
            self.assertEqual(objects[: len(rows)], rows, path)
            for item in objects:
                self.check(self.schema(path, "application/x-ndjson"), item)

    def test_members(self) -> None:
        """A host and a run are those of the export."""
        lines = exported(self.database)
        for client in (line for line in lines if line["kind"] == "client"):
            answer = self.ask(f"/clients/{client['name']}")
            self.check(self.schema("/clients/{name}"), answer)
            self.assertEqual(answer, client)
        numbers = {}
        for run in map(json.loads, text(get(self.site, f"{ROOT}/runs", LINES)).splitlines()):
            answer = self.ask(f"/runs/{run['id']}")
            self.check(self.schema("/runs/{id}"), answer)
            self.assertEqual(answer, run)
            numbers[run["client"], run["time"]] = {key: run[key] for key in run if key != "id"}
        for run in (line for line in lines if line["kind"] == "run"):
            self.assertEqual(numbers[run["client"], run["time"]], run)

    def test_export(self) -> None:
        """The export is that of the command, with the same filters."""
        for query in ("", "?client=web1.harbour.example", "?current=yes", "?state=bad"):
            lines = text(get(self.site, f"{ROOT}/export{query}")).splitlines()
            self.assertEqual(json.loads(lines[-1])["kind"], "end")
        names = {json.loads(line).get("name") for line in lines}
        self.assertIn("web1.harbour.example", names)

    def test_paging(self) -> None:
        """`Link` leads through all pages, each row once."""
        rows = self.ask("/clients")
        address, seen = "/clients?limit=2&q=harbour", []
        for _ in range(100):
            response = get(self.site, ROOT + address)
            seen += value(response)
            self.assertEqual(response.headers["X-Total-Count"], str(len(rows)))
            links = {
                part.split('"')[1]: part[part.index("<") + 1 : part.index(">")]
                for part in response.headers["Link"].split(", ")
            }
            if "next" not in links:
                break
            address = links["next"].removeprefix(ROOT)
        self.assertEqual(seen, rows)

    def test_errors(self) -> None:
        """What cannot be answered is an error with a sentence."""
        error = self.description["components"]["schemas"]["Error"]
        for path, status in (
            ("/clients/nobody", HTTPStatus.NOT_FOUND),
            ("/runs/x", HTTPStatus.NOT_FOUND),
            ("/runs/99999999", HTTPStatus.NOT_FOUND),
            ("/nothing", HTTPStatus.NOT_FOUND),
            ("/clients?class=x", HTTPStatus.BAD_REQUEST),
            ("/export?since=yesterday", HTTPStatus.BAD_REQUEST),
        ):
            response = get(self.site, ROOT + path)
            self.assertEqual((path, response.status), (path, status))
            self.check(error, value(response))

    def test_no_secret(self) -> None:
        """What a client sent of a sensitive file is in no answer."""
        for path in ("/export", "/runs", "/entries", "/problems"):
            self.assertNotIn(b"KEY-1234", body(get(self.site, ROOT + path, LINES)))
