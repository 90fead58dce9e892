import logging

import structlog

from kalshi_desk.wiring.logs import LIBRARIES, configure_logs


def test_a_line_has_its_facts_and_never_local_values(capsys) -> None:
    configure_logs("INFO")
    try:
        log, secret = structlog.get_logger(), "hunter2"
        try:
            int(secret)
        except ValueError:
            log.exception("order.refused", ticker="T")
        log.debug("quiet")
    finally:
        structlog.reset_defaults()
    out = capsys.readouterr().out
    assert "level=error event=order.refused" in out
    assert "ticker=T" in out
    assert "secret = " not in out
    assert "quiet" not in out


def test_libraries_make_no_lines_that_nobody_reads(monkeypatch) -> None:
    monkeypatch.setattr(logging.getLogger(), "level", logging.DEBUG)
    levels = {name: logging.getLogger(name).level for name in LIBRARIES}
    try:
        configure_logs("INFO")
        assert not logging.getLogger("aiokafka.producer.producer").isEnabledFor(logging.DEBUG)
        configure_logs("DEBUG")
        assert logging.getLogger("aiokafka.producer.producer").isEnabledFor(logging.DEBUG)
    finally:
        structlog.reset_defaults()
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)
