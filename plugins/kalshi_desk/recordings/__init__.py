"""Recording folders as the messages of the wire, in order."""
