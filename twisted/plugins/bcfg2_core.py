"""Tells twistd of `bcfg2-core`; the package is imported only when it is asked for."""

from twisted.application.service import ServiceMaker

bcfg2_core = ServiceMaker(
    "bcfg2-core",
    "bcfg2tw.service",
    "Serve a Bcfg2 repository to its clients.",
    "bcfg2-core",
)
