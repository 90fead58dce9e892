"""Where alerts go to find a person."""
