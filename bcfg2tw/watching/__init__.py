"""Changes of files, told once they are quiet."""
