"""How the processes log: one line an event, UTC, without the values of local variables, which may be secret."""

from __future__ import annotations

import logging

import structlog

LIBRARIES = "aiokafka", "websockets", "httpx", "httpcore"


def configure_logs(level: str) -> None:
    """Set up structlog for this process; ``level`` is LOG_LEVEL.

    Faust lets every library log at DEBUG and drops it at its handler; a fifth of a busy feed's time went there.
    """
    for library in LIBRARIES:
        logging.getLogger(library).setLevel(level)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "event"], bool_as_flag=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        cache_logger_on_first_use=True,
    )
