"""`bcfg2tw upstream-tool`: the commands of an installed Bcfg2."""
