import structlog

from kalshi_desk.wiring.logs import configure_logs


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
