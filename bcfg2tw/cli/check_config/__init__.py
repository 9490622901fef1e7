"""`bcfg2tw check-config`: what a bcfg2.conf means here, line by line, and what a server meets."""
