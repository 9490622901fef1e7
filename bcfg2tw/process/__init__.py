"""A process of its own: the options of `twistd bcfg2-core`, signals, logs, and the end of it."""
