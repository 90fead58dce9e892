from kalshi_desk.wire.searches import either


def test_phrases_are_quoted_and_joined():
    assert either(["Federal Reserve", 'a "quote"'], joiner=" OR ", longest=100) == '"Federal Reserve" OR "a quote"'


def test_as_many_as_fit():
    assert either(["a" * 10, "b" * 30, "c"], joiner=" | ", longest=20) == '"aaaaaaaaaa" | "c"'
    assert either([], joiner=" | ", longest=20) == ""
