"""
`bcfg2tw crypt`: secrets of the repository, encrypted and decrypted.

Without one of the verbs `edit`, `list` and `rekey` it is bcfg2-crypt, whose arguments are files.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click
from lxml import etree

from bcfg2tw.cli.crypt.check import check
from bcfg2tw.cli.crypt.edit import edit
from bcfg2tw.cli.crypt.listing import list_secrets
from bcfg2tw.cli.crypt.rekey import rekey
from bcfg2tw.cli.crypt.treat import Treatment, treat
from bcfg2tw.cli.findings.options import findings_options
from bcfg2tw.cli.looking import Site, with_site
from bcfg2tw.cli.site_options import site_parameters
from bcfg2tw.cli.statuses import FAILED

__all__ = ["command"]


def _parsed_xpath(context: click.Context, parameter: click.Parameter, value: str | None) -> Any:
    try:
        etree.XPath(value or "/")
    except etree.XPathError as error:
        raise click.BadParameter(f"{value!r} is no XPath expression: {error}") from error
    return value


def _is_argument(parameter: click.Parameter) -> bool:
    return isinstance(parameter, click.Argument)


class _Crypt(click.Command):
    """The command of old, which hands over to a verb where the first word is one."""

    verbs = {str(verb.name): verb for verb in (edit, list_secrets, rekey)}

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None,
        **extra: Any,
    ) -> click.Context:  # fmt: skip
        """Parse the command line, which may be a verb's, its options before or behind the verb."""
        words = self._words(list(args), info_name, parent)
        verb = self.verbs.get(words[0]) if words else None
        if verb is None:
            return super().make_context(info_name, args, parent, **extra)
        position = len(args) - len(words)
        others = [*args[:position], *args[position + 1 :]]
        return verb.make_context(f"{info_name} {verb.name}", others, parent, **extra)

    def _words(
        self, args: list[str], info_name: str | None, parent: click.Context | None
    ) -> list[str]:
        """Return the arguments from the first on that is no option."""
        options = [one for one in self.get_params(click.Context(self)) if not _is_argument(one)]
        scan = click.Command(self.name, params=options, add_help_option=False)
        context = click.Context(
            scan, parent, info_name, resilient_parsing=True, allow_interspersed_args=False
        )
        try:
            return scan.make_parser(context).parse_args(args)[1]
        except click.UsageError:
            return []  # the command itself will say so

    def invoke(self, context: click.Context) -> Any:
        """Run the verb that the context was made for, or this command itself."""
        verb = context.command
        return super().invoke(context) if verb is self else verb.invoke(context)

    def format_epilog(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        """List the verbs."""
        with formatter.section("Verbs"):
            formatter.write_dl(
                [(name, verb.get_short_help_str(70)) for name, verb in self.verbs.items()]
            )


@click.command("crypt", cls=_Crypt, params=site_parameters())
@with_site
@click.option("--encrypt", is_flag=True, help="Encrypt the files.")
@click.option("--decrypt", is_flag=True, help="Decrypt the files.")
@click.option("--check", "checks", is_flag=True, help="Say what should be encrypted and is not.")
@click.option("--stdout", is_flag=True, help="Print the result; write nothing.")
@click.option("-p", "--passphrase", metavar="NAME", help="Name of the passphrase.")
@click.option("--properties", is_flag=True, help="The files are Properties: treat elements.")
@click.option("--cfg", is_flag=True, help="The files are Cfg's: treat them as a whole.")
@click.option("-I", "--interactive", is_flag=True, help="Ask about each element.")
@click.option("--xpath", metavar="EXPRESSION", callback=_parsed_xpath, help="Elements to treat.")
@click.option("--remove", is_flag=True, help="Delete the original once it is encrypted.")
@click.option(
    "--authenticated",
    is_flag=True,
    help="Encrypt in the authenticated format, which Bcfg2 itself cannot read.",
)
@findings_options
@click.argument("files", nargs=-1, metavar="file...")
def command(
    site: Site, files: Sequence[str], encrypt: bool, decrypt: bool, checks: bool, properties: bool,
    cfg: bool, format_name: str | None, outputs: Sequence[tuple[str, str]], **wishes: Any,
) -> None:  # fmt: skip
    """
    Encrypt or decrypt files, Cfg's as a whole, of Properties the marked elements.

    Without --encrypt and --decrypt a file is decrypted or, if it is not encrypted, encrypted.
    With --check nothing is changed: the files, or the whole repository, are looked through.
    """
    if encrypt + decrypt + checks > 1:
        raise click.UsageError("--encrypt, --decrypt and --check exclude each other")
    if properties and cfg:
        raise click.UsageError("--properties and --cfg exclude each other")
    if checks:
        raise click.exceptions.Exit(check(site.settings, files, format_name, outputs))
    if not files:
        raise click.UsageError("Missing argument 'file'")
    mode = "encrypt" if encrypt else "decrypt" if decrypt else None
    kind = "properties" if properties else "cfg" if cfg else None
    treatment = Treatment(mode, kind, wishes.pop("passphrase"), **wishes)
    if not treat(files, treatment, site.settings):
        raise click.exceptions.Exit(FAILED)
