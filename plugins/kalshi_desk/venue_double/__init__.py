"""The simulated venue's sockets."""
