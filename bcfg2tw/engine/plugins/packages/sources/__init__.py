"""sources.xml: which sources there are, for whom, and with which keys."""
