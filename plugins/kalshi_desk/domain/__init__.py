"""Pure values and arithmetic of the desk; no input or output."""
