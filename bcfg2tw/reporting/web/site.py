"""
What is answered to each request: pages, their lists, the API, old addresses, changes.

It blocks, and is called in threads. Nothing here knows of Twisted.
"""

from __future__ import annotations

import datetime
import json
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from http import HTTPStatus
from urllib.parse import quote
from zoneinfo import ZoneInfo

from sqlalchemy.exc import SQLAlchemyError

from bcfg2tw.errors import Bcfg2Error
from bcfg2tw.reporting.database import ReportDatabase, open_reports
from bcfg2tw.reporting.lines import MICROSECONDS
from bcfg2tw.reporting.web import changing
from bcfg2tw.reporting.web.access import Access, WrongPassword
from bcfg2tw.reporting.web.api import Api
from bcfg2tw.reporting.web.errors import BadQuestion, NoSuchPage
from bcfg2tw.reporting.web.exchange import HttpRequest, HttpResponse, Refused
from bcfg2tw.reporting.web.export import FORMATS, pages_of, pieces
from bcfg2tw.reporting.web.finishing import finish
from bcfg2tw.reporting.web.limits import (
    PAGE_SECONDS,
    STREAM_SECONDS,
    limited_reading,
    took_too_long,
)
from bcfg2tw.reporting.web.links import Links
from bcfg2tw.reporting.web.memory import Memory
from bcfg2tw.reporting.web.old_addresses import new_address
from bcfg2tw.reporting.web.page import FORMATS as FORMAT_NAMES
from bcfg2tw.reporting.web.page import Download, Match, match
from bcfg2tw.reporting.web.pages.table import PAGES
from bcfg2tw.reporting.web.question import Question, Request, Viewer
from bcfg2tw.reporting.web.rendering import compile_templates, render, render_error
from bcfg2tw.reporting.web.static_files import static_files
from bcfg2tw.settings import Settings

logger = logging.getLogger("bcfg2-server")

API = "/api/1"
STATIC = "/static/"
#: How long browsers keep a file that belongs to the pages, before they ask whether it changed.
STATIC_SECONDS = 3600


class ReportSite:
    """The pages of one database of reports. Safe to use from any thread."""

    def __init__(self, settings: Settings, database: ReportDatabase | None = None) -> None:
        """
        Open nothing yet.

        :param database: by default the one that the settings name
        :raises Bcfg2Error: if the settings cannot be used, or a library is missing
        """
        self.access = Access(settings)
        self._database = database or open_reports(settings)
        self._prefix = settings.web_prefix
        self._zone = zone_of(settings)
        self._memory = Memory()
        self._api = Api(PAGES, API)

    def close(self) -> None:
        """Close the database's connections."""
        self._database.close()

    def answer(self, request: HttpRequest, may_check: bool = True) -> HttpResponse:
        """
        Answer a request; what it reads for the answer's parts ends with them.

        :param may_check: as `Access.viewer` takes it
        :raises WrongPassword: so that the answer, which is that of `refuse`, can be late
        """
        with ExitStack() as reading:
            response = self._guarded(request, lambda: self._answer(request, may_check, reading))
            if not isinstance(response.body, bytes):
                response = replace(response, body=_until_read(response.body, reading.pop_all()))
        return finish(request, response)

    def refuse(self, request: HttpRequest, refused: Refused) -> HttpResponse:
        """Return the answer to a request that is refused."""
        return finish(request, self._refusal(request, refused))

    def prepare(self) -> None:
        """Do ahead what the first look at pages would wait for, above all count past days."""
        compile_templates()
        overview = match(PAGES, "/")
        assert overview is not None
        try:
            with ExitStack() as reading:
                self._of_page(HttpRequest("GET", "/"), overview, Viewer(), reading)
        except (SQLAlchemyError, Bcfg2Error, OSError) as error:  # which pages will say
            logger.debug("the pages of reports cannot be prepared: %s", error)

    # Addresses

    def _answer(self, request: HttpRequest, may_check: bool, reading: ExitStack) -> HttpResponse:
        if request.method not in ("GET", "HEAD", "POST"):
            raise Refused(
                HTTPStatus.METHOD_NOT_ALLOWED, "Pages are read with GET.", {"Allow": "GET, HEAD"}
            )
        if request.path.startswith(STATIC):
            return _static(request)
        viewer = self.access.viewer(request, may_check)
        if request.method == "POST":
            return self._change(request, viewer)
        matched = match(PAGES, request.path)
        if request.path == API or request.path.startswith(API + "/"):
            return self._of_api(request, viewer, reading)
        if matched is None:
            return self._of_old_address(request, viewer, reading)
        return self._of_page(request, matched, viewer, reading)

    def _of_page(
        self, request: HttpRequest, matched: Match, viewer: Viewer, reading: ExitStack
    ) -> HttpResponse:
        asked = self._asked(request, viewer, matched)
        name = matched.format
        if not name and matched.page.has_list:
            name = asked.choice("format", ("html", *FORMAT_NAMES), "html")
        if name in FORMATS:
            return self._list(matched, asked, name, reading)
        question = self._question(asked, reading)
        model = matched.page.query(question)
        if isinstance(model, Download):
            return _download(model)
        text = render(matched.page, question, model)
        seconds = matched.page.refresh(question)
        headers = {"Refresh": str(seconds)} if seconds else {}
        return HttpResponse(HTTPStatus.OK, body=_encode(text), headers=headers)

    def _list(self, matched: Match, asked: Request, name: str, reading: ExitStack) -> HttpResponse:
        question = self._question(asked, reading, STREAM_SECONDS)
        content_type, texts = FORMATS[name]
        parts = pieces(texts(pages_of(matched.page, question)))
        headers = {"Content-Disposition": f'attachment; filename="{matched.page.name}.{name}"'}
        return HttpResponse(
            HTTPStatus.OK, content_type, _begun(parts), headers if name == "csv" else {}
        )

    def _of_api(self, request: HttpRequest, viewer: Viewer, reading: ExitStack) -> HttpResponse:
        question = self._question(self._asked(request, viewer), reading, STREAM_SECONDS)
        is_lines = "application/x-ndjson" in request.headers.get("accept", "")
        response = self._api.answer(question, is_lines)
        if isinstance(response.body, bytes):
            return response
        return replace(response, body=_begun(response.body))

    def _of_old_address(
        self, request: HttpRequest, viewer: Viewer, reading: ExitStack
    ) -> HttpResponse:
        question = self._question(self._asked(request, viewer), reading)
        address = new_address(question)
        if address is None:
            raise NoSuchPage("There is no page at this address.")
        return _redirect(HTTPStatus.MOVED_PERMANENTLY, address)

    def _change(self, request: HttpRequest, viewer: Viewer) -> HttpResponse:
        if request.path != changing.ADDRESS:
            raise Refused(
                HTTPStatus.METHOD_NOT_ALLOWED, "Pages are read with GET.", {"Allow": "GET, HEAD"}
            )
        self.access.check_change(request, viewer, changing.field(request, "token"))
        with self._database.writing() as connection:
            host = changing.set_expired(connection, request)
        logger.info("%s on the pages of reports: %s %s", viewer.name,
                    changing.field(request, "action"), host)  # fmt: skip
        links = Links(self._asked(replace(request, query=""), viewer))
        back = changing.way_back(request)
        return _redirect(
            HTTPStatus.SEE_OTHER, links.host(host) if back is None else self._prefix + back
        )

    # Questions

    def _asked(self, request: HttpRequest, viewer: Viewer, matched: Match | None = None) -> Request:
        return Request(
            address=request.path if matched is None else matched.address,
            path={} if matched is None else matched.path,
            parameters=request.parameters(),
            now=round(time.time() * MICROSECONDS),
            zone=self._zone,
            viewer=viewer,
            token=self.access.token(viewer),
            prefix=self._prefix,
            memory=self._memory,
        )

    def _question(
        self, asked: Request, reading: ExitStack, seconds: float = PAGE_SECONDS
    ) -> Question:
        return asked.on(reading.enter_context(limited_reading(self._database, seconds)))

    # Errors

    def _guarded(self, request: HttpRequest, answer: Callable[[], HttpResponse]) -> HttpResponse:
        try:
            return answer()
        except WrongPassword:
            raise
        except Refused as refused:
            return self._refusal(request, refused)
        except NoSuchPage as error:
            return self._refusal(request, Refused(HTTPStatus.NOT_FOUND, str(error)))
        except (BadQuestion, ValueError) as error:
            return self._refusal(request, Refused(HTTPStatus.BAD_REQUEST, str(error)))
        except (SQLAlchemyError, Bcfg2Error, OSError) as error:
            return self._refusal(request, self._unavailable(error))
        except Exception:  # a boundary: the reader gets a sentence, the log all of it
            logger.exception("The page %s cannot be made", request.path)
            sentence = "This page cannot be made; the server's log says why."
            return self._refusal(request, Refused(HTTPStatus.INTERNAL_SERVER_ERROR, sentence))

    def _unavailable(self, error: Exception) -> Refused:
        if took_too_long(error):
            sentence = f"This took longer than {PAGE_SECONDS:g} s and was given up: ask for less."
        else:
            reason = " ".join(str(getattr(error, "orig", None) or error).split())
            logger.error("The pages of reports: %s cannot be used: %s", self._database, reason)
            sentence = (
                "The database of reports cannot be reached at the moment. What clients report is "
                "kept meanwhile, and will be here when it is back."
            )
        return Refused(HTTPStatus.SERVICE_UNAVAILABLE, sentence, {"Retry-After": "10"})

    def _refusal(self, request: HttpRequest, refused: Refused) -> HttpResponse:
        headers = {"Cache-Control": "no-store", **refused.headers}
        if request.path.startswith(API) or request.path.endswith(".json"):
            text = json.dumps({"error": refused.sentence}, ensure_ascii=False)
            return HttpResponse(refused.status, "application/json", _encode(text), headers)
        asked = self._asked(replace(request, query=""), Viewer())
        text = render_error(asked, refused.status, refused.status.phrase, refused.sentence)
        return HttpResponse(refused.status, body=_encode(text), headers=headers)


def zone_of(settings: Settings) -> datetime.tzinfo:
    """Return the time zone of texts: that of the settings, or the machine's."""
    if settings.time_zone:
        return ZoneInfo(settings.time_zone)
    return datetime.datetime.now().astimezone().tzinfo or datetime.timezone.utc


def _static(request: HttpRequest) -> HttpResponse:
    file = static_files().get(request.path.removeprefix(STATIC))
    if file is None:
        raise NoSuchPage("There is no file of this name.")
    headers = {"ETag": file.etag, "Cache-Control": f"public, max-age={STATIC_SECONDS}"}
    if file.etag in request.headers.get("if-none-match", ""):
        return HttpResponse(HTTPStatus.NOT_MODIFIED, file.content_type, b"", headers)
    return HttpResponse(HTTPStatus.OK, file.content_type, file.content, headers)


def _download(file: Download) -> HttpResponse:
    """Return a file to be kept: a browser must not take it for a page of ours."""
    disposition = f"attachment; filename*=UTF-8''{quote(file.name, safe='')}"
    headers = {"Content-Disposition": disposition, "Content-Security-Policy": "sandbox"}
    return HttpResponse(HTTPStatus.OK, "application/octet-stream", file.data, headers)


def _redirect(status: HTTPStatus, address: str) -> HttpResponse:
    return HttpResponse(status, "text/plain; charset=utf-8", b"", {"Location": address})


def _encode(text: str) -> bytes:
    return text.encode("utf-8", "backslashreplace")


def _begun(parts: Iterator[bytes]) -> Iterator[bytes]:
    """Have the first part made now, while there can be another answer."""
    first = next(parts, b"")

    def rest() -> Iterator[bytes]:
        yield first
        yield from parts

    return rest()


def _until_read(parts: Iterator[bytes], reading: ExitStack) -> Iterator[bytes]:
    """Yield the parts of an answer; what they are read from ends with them."""
    with reading:
        yield from parts
