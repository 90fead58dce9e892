"""Kafka: the list of topics, their codecs, producers and readers."""
