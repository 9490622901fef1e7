"""Cfg's files that say how content is made once and then kept: keys and certificates."""
