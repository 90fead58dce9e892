"""One file a strategy: decide(view, params) gives signals; pure."""
