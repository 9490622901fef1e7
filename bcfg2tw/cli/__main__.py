"""`python -m bcfg2tw.cli` is the command `bcfg2tw` where its script is not installed."""

from bcfg2tw.cli import main

main(prog_name="bcfg2tw")
