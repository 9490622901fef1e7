"""`bcfg2tw status`: how a running server is."""
