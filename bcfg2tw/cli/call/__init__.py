"""The command `bcfg2tw call`."""
