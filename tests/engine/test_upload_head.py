"""The head of uploads: as the parser that makes a tree reads it, or left to that."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st
from lxml import etree
from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.upload_head import LONGEST_TEXT, attributes_below_root
from bcfg2tw.engine.xmlio import parse_upload
from bcfg2tw.errors import Bcfg2Error
from tests.patience import IN_ANY_TIME

#: What documents are put together from, to try what is made of them.
PIECES = (
    "<u>", "</u>", "<Statistics/>", "<Statistics a='1'>", "</Statistics>", "<e:Statistics/>",
    "<Statistics xmlns='x'/>", "<Statistics xmlns:e='x' e:a='1' a='2'/>", "<", ">", "/>", " a='1'",
    ' a="&lt;&#65;ä\n"', "text", "&lt;", "&x;", "&#0;", "\x00", "\x01", "\ud800", "\ufffe",
    "<!-- c -->", "<!-- -- -->", "<?x y?>", "<?xml version='1.0'?>", "]]>", "<![CDATA[<]]>",
    "<!DOCTYPE u>", "\n", "ü",
)  # fmt: skip

REPORT = (
    '<upload-statistics><Statistics version="2.0" state="it&apos;s &lt;dirty&gt;">'
    '<Bad><Path name="/a"/></Bad></Statistics></upload-statistics>'
)


def of_tree(text: str) -> dict[str, str] | None:
    """Return the same from a tree; None where none is made, or has no such element."""
    try:
        root = parse_upload(text, 1000)
    except (Bcfg2Error, etree.XMLSyntaxError, UnicodeError):
        return None
    below = (element for element in root.iter("Statistics") if element is not root)
    return next(({str(k): str(v) for k, v in element.attrib.items()} for element in below), None)


class UploadHeadTests(SynchronousTestCase):
    def test_found(self) -> None:
        """The attributes are those of the first element below the root, at any depth."""
        self.assertEqual(
            attributes_below_root(REPORT, "Statistics"),
            {"version": "2.0", "state": "it's <dirty>"},
        )
        for text, attributes in (
            ("<Statistics b='0'><x><Statistics a='1'/></x><Statistics a='2'/></Statistics>", "1"),
            ("<u><Statistics a='1'><Statistics a='2'/></Statistics></u>\n", "1"),
        ):
            self.assertEqual(attributes_below_root(text, "Statistics"), {"a": attributes}, text)

    def test_left(self) -> None:
        """What has none, is wrong anywhere, declares anything or is long is left to others."""
        end = "</upload-statistics>"
        for text in (
            "", "x", "<u/>", "<Statistics/>", REPORT[:-1], REPORT + "x", REPORT + "<u/>",
            REPORT.replace(end, "<a b='1' b='2'/>" + end), REPORT.replace(end, "<x:a/>" + end),
            REPORT.replace(end, "&x;" + end), REPORT.replace(end, "\x01" + end),
            REPORT.replace(end, "\ud800" + end), "<?xml version='1.0' encoding='l1'?>" + REPORT,
            "<!DOCTYPE u [<!ENTITY x 'y'>]>" + REPORT, REPORT + " " * LONGEST_TEXT,
        ):  # fmt: skip
            self.assertIsNone(attributes_below_root(text, "Statistics"), text[:200])

    @IN_ANY_TIME
    @given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
    @example(REPORT)
    def test_as_in_tree(self, text: str) -> None:
        """What is told is what a tree says, and never of a document that is refused."""
        head = attributes_below_root(text, "Statistics")
        if head is None:
            return
        told = of_tree(text)
        self.assertIsNotNone(told, text)
        assert told is not None
        self.assertEqual(set(head.values()), set(told.values()), text)
        plain = {name: value for name, value in told.items() if not name.startswith("{")}
        self.assertEqual({name: head.get(name) for name in plain}, plain, text)
