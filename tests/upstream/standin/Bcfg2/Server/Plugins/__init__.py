"""The plugins that come along."""
