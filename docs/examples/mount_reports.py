"""The pages of reports below /reports of another site."""

from twisted.internet import reactor
from twisted.web.resource import Resource
from twisted.web.server import Site

from bcfg2tw.reporting.web.resource import ReportsResource
from bcfg2tw.settings import Settings


def pages(config: str) -> Site:
    """Return the site."""
    settings = Settings.from_file(config, web_prefix="/reports")
    root = Resource()
    reports = ReportsResource(reactor, settings)
    root.putChild(b"reports", reports)
    reactor.addSystemEventTrigger("during", "shutdown", reports.close)
    return Site(root)


if __name__ == "__main__":
    reactor.listenTCP(8080, pages("/etc/bcfg2.conf"), interface="127.0.0.1")
    reactor.run()
