"""The kinds of XML files that plugins are made of, and what of them applies to a client."""
