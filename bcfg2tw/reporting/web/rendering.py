"""Pages as HTML: templates in one folder, filled with what queries found."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bcfg2tw.reporting.classes import CLASSES, RUN_CLASSES
from bcfg2tw.reporting.web import plots, texts
from bcfg2tw.reporting.web.links import Links
from bcfg2tw.reporting.web.page import Model, Page
from bcfg2tw.reporting.web.phases import SPANS
from bcfg2tw.reporting.web.queries.states import ENTRY_STATES
from bcfg2tw.reporting.web.question import Question, Request
from bcfg2tw.reporting.web.show import SIGNS, Show

_FOLDER = Path(__file__).parent
STATIC = _FOLDER / "static"

#: The header Content-Security-Policy of every page: nothing inline, nothing from elsewhere.
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)

#: Sections of the menu: name, title, address.
MENU = (
    ("overview", "Overview", "/"),
    ("clients", "Clients", "/clients"),
    ("problems", "Problems", "/problems"),
    ("entries", "Entries", "/entries"),
    ("changes", "Changes", "/changes"),
    ("runs", "Runs", "/runs"),
    ("timing", "Timing", "/timing"),
)


def entry_days(days: Iterable[tuple[int, int, int]]) -> list[tuple[int, dict[str, int]]]:
    """Return the days of an entry as plots have them."""
    return [(start, {"bad": bad, "other": other}) for start, bad, other in days]


@cache
def environment() -> Environment:
    """Return the templates; thread-safe."""
    templates = Environment(
        loader=FileSystemLoader(_FOLDER / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=texts.visible,
    )
    templates.globals.update(
        CLASSES=CLASSES,
        RUN_CLASSES=RUN_CLASSES,
        ENTRY_STATES=ENTRY_STATES,
        SIGNS=SIGNS,
        MENU=MENU,
        STACK=plots.STACK,
        PHASES=[name for name, *_ in SPANS],
        day_columns=plots.day_columns,
        shares=plots.shares,
        phase_bars=plots.phase_bars,
        span_bars=plots.span_bars,
        entry_days=entry_days,
    )
    templates.filters.update(cut=texts.cut, duration=texts.duration)
    return templates


def compile_templates() -> None:
    """Compile all templates now, which takes some tenths of a second, and not at the first page."""
    for name in environment().list_templates():
        environment().get_template(name)


def render(page: Page, question: Question, model: Model) -> str:
    """Return a page as HTML."""
    return _fill(page.template, question, page=page, model=model)


def render_error(request: Request, status: int, title: str, sentence: str) -> str:
    """
    Return a page for an answer that is an error; the database is not asked.

    :param sentence: for the reader
    """
    page = Page("error", request.address, lambda question: Model(), "error.html", title)
    return _fill(page.template, request, page=page, model=Model(), status=status, sentence=sentence)


def _fill(template: str, request: Request, **values: object) -> str:
    link, times = Links(request), texts.Times(request.zone, request.now)
    return environment().get_template(template).render(
        question=request, link=link, times=times, show=Show(link, times), **values
    )  # fmt: skip
