"""Cfg's templates, a module an engine."""
