"""`bcfg2tw ctl`: commands to a running server."""
