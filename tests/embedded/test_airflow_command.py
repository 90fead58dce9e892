import os
import subprocess
import sys


def command(home, *words):
    line = [sys.executable, "-m", "kalshi_desk.embedded.airflow_command", *words]
    return subprocess.run(line, capture_output=True, text=True, check=False, env={**os.environ, "DESK_HOME": str(home)})


def test_before_the_first_start_it_says_what_to_do(tmp_path):
    answer = command(tmp_path, "version")
    assert (answer.returncode, answer.stderr) == (2, "kalshi-desk: there is no Airflow here yet: make up\n")


def test_it_is_airflows_own_with_the_desks_configuration(tmp_path):
    (tmp_path / "airflow").mkdir()
    (tmp_path / "airflow" / "airflow.cfg").write_text("[core]\nexecutor = LocalExecutor\nload_examples = False\n")
    answer = command(tmp_path, "config", "get-value", "core", "load_examples")
    assert answer.stdout.strip().endswith("False")
