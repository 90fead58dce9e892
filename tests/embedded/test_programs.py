from configparser import RawConfigParser

from kalshi_desk.embedded.programs import Program


def test_a_section_escapes_percent_signs_and_quotes_words():
    program = Program("p", ("run", "a b", "50%"), environment={"A": "1%"}, stop_signal="INT", revision="r1")
    parser = RawConfigParser()
    parser.read_string(program.section(folder="/f", logs="/l", marker={"M": "/h"}))
    section = parser["program:p"]
    assert section["command"] == "run 'a b' 50%%"
    assert section["environment"] == 'A="1%%",DESK_REVISION="r1",M="/h"'
    assert (section["stopsignal"], section["stdout_logfile"]) == ("INT", "/l/p.log")
    assert (section["autostart"], section["autorestart"], section["startretries"]) == ("false", "true", "100000")
