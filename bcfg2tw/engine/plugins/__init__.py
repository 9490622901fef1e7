"""The plugins that come with the engine, a module or a folder each."""
