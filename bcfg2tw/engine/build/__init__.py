"""Building one client's metadata and configuration."""
