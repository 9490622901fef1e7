"""What commands share: `-C`, one parser of addresses, errors as one line."""

from __future__ import annotations

import os

import click
from click.testing import CliRunner, Result
from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.cli.site import server_address, server_path, with_settings
from bcfg2tw.errors import PluginExecutionError
from bcfg2tw.settings import Settings
from tests.builders import write_files


@click.command()
@with_settings
@click.argument("word")
@click.option("--loud", is_flag=True, help="Shout.")
def say(settings: Settings, word: str, loud: bool) -> None:
    """Say WORD, and where the repository is."""
    if word == "nothing":
        raise PluginExecutionError("there is nothing to say")
    click.echo(f"{word.upper() if loud else word} {settings.repository}")


class SettingsTests(SynchronousTestCase):
    def setUp(self) -> None:
        folder = os.path.abspath(self.mktemp())
        write_files(folder, {"bcfg2.conf": "[server]\nrepository = /srv/bcfg2\n", "bad": "words"})
        self.config = f"{folder}/bcfg2.conf"
        self.bad = f"{folder}/bad"

    def run_say(self, *arguments: str, config: str | None = None) -> Result:
        return CliRunner(env={"BCFG2_CONFIG_FILE": config}).invoke(say, arguments)

    def test_config(self) -> None:
        """The command gets the settings of the file, and its own parameters beside them."""
        self.assertEqual(self.run_say("-C", self.config, "hello").output, "hello /srv/bcfg2\n")
        loud = self.run_say("hello", "--loud", "--config", self.config)
        self.assertEqual(loud.output, "HELLO /srv/bcfg2\n")

    def test_environment(self) -> None:
        """Without the option the file is the environment's."""
        said = self.run_say("hello", config=self.config)
        self.assertEqual(said.output, "hello /srv/bcfg2\n")

    def test_help(self) -> None:
        """The option comes first in the help, which is otherwise the command's own."""
        text = self.run_say("--help").output
        self.assertIn("Say WORD, and where the repository is.", text)
        self.assertLess(text.index("-C, --config FILE"), text.index("--loud"))

    def test_bad_file(self) -> None:
        """A file that cannot be used is one line and status 1."""
        ended = self.run_say("-C", self.bad, "hello")
        self.assertEqual(ended.exit_code, 1)
        self.assertIn(f"Error: {self.bad}:1: 'words' cannot be read", ended.output)

    def test_error(self) -> None:
        """So is an error of the command itself."""
        ended = self.run_say("-C", self.config, "nothing")
        self.assertEqual((ended.exit_code, ended.output), (1, "Error: there is nothing to say\n"))


class AddressTests(SynchronousTestCase):
    def test_addresses(self) -> None:
        """An address is what bcfg2.conf may hold; of several it is the first."""
        for text, expected in (
            ("https://bcfg2.example.test:6790", ("bcfg2.example.test", 6790)),
            ("https://bcfg2.example.test", ("bcfg2.example.test", 6789)),
            ("bcfg2.example.test:77, other.example.test", ("bcfg2.example.test", 77)),
            ("https://[2001:db8::1]:6790/", ("2001:db8::1", 6790)),
            ("2001:db8::1", ("2001:db8::1", 6789)),
        ):
            self.assertEqual(server_address(text), expected)

    def test_paths(self) -> None:
        """A URL's path is kept; where there is none it is that of Bcfg2's clients."""
        for text, expected in (
            ("https://bcfg2.example.test/bcfg2/RPC2, https://other.example.test", "/bcfg2/RPC2"),
            ("https://bcfg2.example.test:6789/", "/"),
            ("https://bcfg2.example.test", "/RPC2"),
            ("bcfg2.example.test:77", "/RPC2"),
        ):
            self.assertEqual(server_path(text), expected)

    def test_none(self) -> None:
        """A text without a host is refused."""
        for text in ("", " , ", "https://:77", "https://host:port", "ftp://host"):
            error = self.assertRaises(click.ClickException, server_address, text)
            self.assertEqual(
                error.message, f"'{text}' is no address of a server: give https://HOST:PORT"
            )
