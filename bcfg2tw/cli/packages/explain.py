"""`bcfg2tw packages explain`: why a client gets a package, or does not."""

from __future__ import annotations

import click

from bcfg2tw.cli.site import with_settings
from bcfg2tw.cli.words import CLIENT
from bcfg2tw.engine.core import Core
from bcfg2tw.engine.model.effects import Look
from bcfg2tw.engine.plugins.packages.packages import Packages
from bcfg2tw.settings import Settings

__all__ = ["explain"]


@click.command("explain", short_help="Say why CLIENT gets PACKAGE, and from where.")
@with_settings
@click.argument("client", type=CLIENT)
@click.argument("package")
def explain(settings: Settings, client: str, package: str) -> None:
    """
    Say why CLIENT gets PACKAGE: who asks for it, and which source it comes from.

    Where there was a choice it says what lost. Of a package that is not there it says why not.
    The indexes are those of the last refresh.
    """
    for line in _explanation(settings, client, package):
        click.echo(line)


def _explanation(settings: Settings, client: str, package: str) -> list[str]:
    core = Core(settings, Look())
    try:
        core.load_plugins()
        plugin = core.plugins.get(Packages.name)
        if not isinstance(plugin, Packages):
            raise click.ClickException(
                "the plugin Packages is not used: add it to [server] plugins"
            )
        return plugin.explain(core.build_metadata(client, register=False), package)
    finally:
        core.shutdown()
