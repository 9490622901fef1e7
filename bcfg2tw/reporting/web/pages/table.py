"""All pages by their addresses; to be given to `bcfg2tw.reporting.web.page.match`."""

from __future__ import annotations

from bcfg2tw.reporting.web.page import Page
from bcfg2tw.reporting.web.queries import clients, overview

PAGES = (
    Page("overview", "/", overview.overview, "overview.html", "Overview", "overview"),
    Page(
        "clients", "/clients", clients.clients, "clients.html", "Clients", "clients",
        clients.PARAMETERS, has_list=True,
    ),
)  # fmt: skip
