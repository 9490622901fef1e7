"""Addresses of upstream's pages, as bookmarks, tickets and mails have them."""

from __future__ import annotations

from http import HTTPStatus

from sqlalchemy import select
from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.reporting import tables
from tests.reporting.web.asking import a_sqlite_fixture
from tests.reporting.web.sites import a_site, get

HOST = "web1.harbour.example"


class OldAddressTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.database = a_sqlite_fixture(self)
        self.site = a_site(self.database)

    def lead(self, addresses: dict[str, str | None]) -> None:
        """See where old addresses lead; None for nowhere."""
        for old, new in addresses.items():
            response = get(self.site, old)
            expected = HTTPStatus.NOT_FOUND if new is None else HTTPStatus.MOVED_PERMANENTLY
            self.assertEqual((old, response.status), (old, expected))
            self.assertEqual((old, response.headers.get("Location")), (old, new))

    def test_pages(self) -> None:
        """Each old page leads to the one that shows the same."""
        self.lead(
            {
                "/summary": "/",
                "/grid": "/clients",
                "/detailed/": "/clients",
                "/detailed?sort=-timestamp": "/clients?sort=-last_run",
                "/detailed?sort=nothing": "/clients",
                "/manage": "/clients",
                f"/client/{HOST}": f"/clients/{HOST}",
                "/history": "/runs",
                f"/history/{HOST}": f"/clients/{HOST}/runs",
                "/elements/bad": "/entries?state=bad",
                "/common": "/problems",
                "/common/5": "/problems?at_least=5",
                "/common/group/web/5": "/problems?group=web&at_least=5",
            }
        )

    def test_filters(self) -> None:
        """Times and filters become parameters, in whatever order."""
        self.lead(
            {
                "/grid/2026-11-22/06-00": "/clients?at=2026-11-22T06%3A00",
                "/summary/2026-11-22": "/?at=2026-11-22T23%3A59",
                "/grid/2026-11-22/06-00/state/dirty": "/clients?at=2026-11-22T06%3A00"
                "&class=failed%2Cdirty",
                "/detailed/server/node1/group/web/clean": "/clients?server=node1&group=web"
                "&class=clean%2Cchanged",
                "/detailed/server/node1/group/web": "/clients?server=node1&group=web",
                "/elements/extra/group/web": "/entries?group=web&state=extra",
                "/history/2|25": "/runs?page=2&limit=25",
                f"/history/{HOST}/3": f"/clients/{HOST}/runs?page=3",
                "/history|all": "/runs",
            }
        )

    def test_numbers(self) -> None:
        """Old numbers of runs and entries lead to what the import made of them."""
        columns, runs, hosts = tables.old_numbers.c, tables.runs.c, tables.hosts.c
        with self.database.reading() as connection:
            query = select(columns.number, columns.target, hosts.name).join_from(
                tables.old_numbers, tables.runs, columns.target == runs.id
            )
            run = connection.execute(
                query.join(tables.hosts, runs.host == hosts.id).where(columns.kind == "run")
            ).first()
            entry = connection.execute(
                select(columns.number).where(
                    columns.kind == "PackageEntry", columns.name == "rsync"
                )
            ).first()
        assert run is not None and entry is not None
        self.lead(
            {
                f"/client/{run.name}/{run.number}": f"/clients/{run.name}/runs/{run.target}",
                f"/client/other/{run.number}": f"/clients/{run.name}/runs/{run.target}",
                f"/entry/PackageEntry/{entry.number}": "/entries/Package/rsync",
                f"/element/PackageEntry/{entry.number}/17": "/entries/Package/rsync",
                f"/element/PackageEntry/{entry.number}/2026-11-22": "/entries/Package/rsync"
                "?at=2026-11-22T23%3A59",
            }
        )

    def test_unknown_numbers(self) -> None:
        """Numbers that no import brought lead to the lists."""
        self.lead(
            {
                f"/client/{HOST}/999999": f"/clients/{HOST}/runs",
                "/element/PathEntry/999999": "/entries?type=Path",
                "/entry/PathEntry/" + "9" * 40: None,
                "/element/PathEntry/x": None,
            }
        )

    def test_no_address(self) -> None:
        """What upstream has not is not made up; nor does anything lead elsewhere."""
        for address in ("/client", "/elements/good", "/common/x", "/site_media/x.css", "/a/b/c"):
            self.assertEqual(get(self.site, address).status, HTTPStatus.NOT_FOUND, address)
        location = get(self.site, "/client///evil.example").headers["Location"]
        self.assertEqual(location, "/clients/evil.example")
