"""Reports as files that a person opens."""
