"""The tests of bcfg2tw; `builders` and `doubles` are what they share."""
