"""Administrators: bcfg2.conf as it should not be."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.errors import SettingsError
from bcfg2tw.settings import Settings, options
from tests.fuzz.examples import TOKENS, mutated, tries

OPTIONS = [(option.section, option.key, option.default or "") for option in options().values()]

VALUES = st.one_of(
    st.text(max_size=30),
    st.sampled_from([token.decode("utf-8", "replace") for token in TOKENS]),
    st.sampled_from(
        ("yes", "off", "-1", "0", "1.5g", "64m", "0x10", "root", "~nobody/x", "{}", "[")
    ),
)

FILE = b"""; a comment
[server]
repository = /var/lib/bcfg2
plugins = Bundler, Cfg,
    Metadata
[communication]
password: %(user)s-secret
user = root ; a user
protocol = xmlrpc/ssl
[bcfg2tw]
max_body = 8m
endpoints = tcp:6789 systemd:domain=INET:index=0
[encryption]
one = passphrase
[DEFAULT]
debug = yes
"""


class SettingsTests(SynchronousTestCase):
    """Files that are read, or refused in a sentence that names them."""

    def setUp(self) -> None:
        self.path = Path(self.mktemp()).absolute()

    def read(self, content: bytes) -> None:
        """See that a file is read, or is refused in a sentence."""
        self.path.write_bytes(content)
        try:
            settings = Settings.from_file(str(self.path))
        except SettingsError as error:
            self.assertTrue(str(error).strip())
            return
        for notice in settings.notices:
            self.assertTrue(notice.strip())

    @tries(600)
    @given(mutated(st.just(FILE)))
    def test_file(self, content: bytes) -> None:
        """A file that is nearly right."""
        self.read(content)

    @tries(750)
    @given(st.lists(st.tuples(st.sampled_from(OPTIONS), VALUES), min_size=1, max_size=3))
    def test_values(self, values: list[tuple[tuple[str, str, str], str]]) -> None:
        """Any value of any option."""
        text = "".join(f"[{section}]\n{key} = {value}\n" for (section, key, _), value in values)
        self.read(text.encode("utf-8", "surrogatepass"))

    @tries(400)
    @given(st.sampled_from(OPTIONS), st.data())
    def test_defaults(self, option: tuple[str, str, str], data: st.DataObject) -> None:
        """A value that is nearly the default."""
        section, key, default = option
        value = data.draw(mutated(st.just(default.encode())))
        self.read(f"[{section}]\n{key} = ".encode() + value + b"\n")
