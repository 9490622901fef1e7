"""The command `bcfg2tw man`: pages of a manual, made from the commands themselves."""
