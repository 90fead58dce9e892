import pytest

from kalshi_desk.adapters.postgres.queries import SQL, queries


@pytest.mark.parametrize("subject", sorted(file.stem for file in (SQL / "queries").glob("*.sql")))
def test_every_file_of_queries_can_be_read(subject: str) -> None:
    assert queries(subject) is queries(subject)
    assert queries(subject).available_queries
