"""Certificates as documents: their ends, and those that their authorities have revoked."""
