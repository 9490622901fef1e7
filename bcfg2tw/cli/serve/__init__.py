"""`bcfg2tw serve`: the server itself, with the options of bcfg2-server."""
