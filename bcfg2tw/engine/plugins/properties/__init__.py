"""Properties: data of a site's own, for its templates (:ref:`templates-and-data-2`)."""

from bcfg2tw.engine.plugins.properties.properties import Properties

__all__ = ["Properties"]
