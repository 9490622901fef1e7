"""The formats of a report by their names."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bcfg2tw.comparing.documents import to_json
from bcfg2tw.comparing.rendering.junit import as_junit
from bcfg2tw.comparing.rendering.markdown import as_markdown
from bcfg2tw.comparing.rendering.page import as_html
from bcfg2tw.comparing.rendering.text import as_text
from bcfg2tw.comparing.report import ComparisonReport

__all__ = ["COMPARISON_FORMATS"]

COMPARISON_FORMATS: Mapping[str, Callable[[ComparisonReport], str]] = {
    "text": as_text,
    "json": to_json,
    "markdown": as_markdown,
    "junit": as_junit,
    "html": as_html,
}
