"""Recordings through the same reducers and steps, in event-time order."""
