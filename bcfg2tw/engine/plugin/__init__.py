"""What a plugin is made of: base classes that a site's own plugins derive from as well."""
