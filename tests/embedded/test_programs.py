from configparser import RawConfigParser

from kalshi_desk.embedded.programs import Program


def test_a_section_escapes_percent_signs_and_quotes_words():
    program = Program("p", ("run", "a b", "50%"), environment={"A": "1%"}, user="u", stop_signal="INT", revision="r1")
    parser = RawConfigParser()
    parser.read_string(program.section(folder="/f", logs="/l", marker={"M": "/h"}))
    section = parser["program:p"]
    assert section["command"] == "run 'a b' 50%%"
    assert section["environment"] == 'A="1%%",DESK_REVISION="r1",M="/h"'
    assert (section["user"], section["stopsignal"], section["stdout_logfile"]) == ("u", "INT", "/l/p.log")
    assert (section["autostart"], section["autorestart"], section["startretries"]) == ("false", "true", "100000")


def test_no_user_is_named_where_none_is_needed():
    assert "user=" not in Program("p", ("x",)).section(folder="/", logs="/", marker={})
