"""A command that shows an option, and ends with what it was given as status."""

from __future__ import annotations

import sys

from Bcfg2 import Options


class CLI:
    """The command line."""

    options = [Options.Option(("server", "repository"), dest="repository")]

    def __init__(self) -> None:
        parser = Options.get_parser(components=[type(self)])
        parser.parse(sys.argv[1:3])
        self.arguments = sys.argv[3:]

    def run(self) -> int:
        """Show the repository, a passphrase and the arguments."""
        setup = Options.setup
        print(setup.repository, dict(setup.passphrases), self.arguments)
        return len(self.arguments)
