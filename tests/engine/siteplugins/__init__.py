"""A site's own plugins, of the shapes that public ones have, each unchanged."""
