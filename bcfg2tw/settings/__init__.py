"""Everything that can be set: bcfg2.conf, command line and defaults as one immutable value."""

from bcfg2tw.settings.reading import CONFIG_VARIABLE, DEFAULT_CONFIG, Settings, options, reference

__all__ = ["CONFIG_VARIABLE", "DEFAULT_CONFIG", "Settings", "options", "reference"]
