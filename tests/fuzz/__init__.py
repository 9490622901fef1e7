"""Input that is made up by chance, for all that strangers, mirrors and administrators write."""
