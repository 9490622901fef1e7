"""
A stand-in for an installed Bcfg2 1.4: the interface that Bcfg2 documents, and nothing behind it.

Written for the tests of `bcfg2tw.upstream` from the description of the interface alone. Like the
Bcfg2 it stands for, it stops on a current Python where nothing is brought back for it.
"""
