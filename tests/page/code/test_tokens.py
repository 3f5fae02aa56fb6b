"""Codes as tokens: where they stand, and what differs whatever the layout."""

from webui.page.code.tokens import differences, tokens_of


def changed(old: str, new: str) -> list[tuple[list[str], list[str]]]:
    before, after = tokens_of(old), tokens_of(new)
    return [
        ([before[i].text for i in d.old], [after[i].text for i in d.new])
        for d in differences(before, after)
    ]


def test_tokens_stand_where_the_code_has_them() -> None:
    code = 'x = f("a, b", 2e-05)  # why\n\n"""One.\n\n    Two."""\n'
    lines = code.split("\n")
    tokens = tokens_of(code)
    assert [t.text for t in tokens] == [
        *("x", "=", "f", "(", '"a, b"', ",", "2e-05", ")", "# why"),
        *('"""One.', 'Two."""'),
    ]
    assert all(lines[t.line][t.start : t.end] == t.text for t in tokens)


def test_only_the_value_differs() -> None:
    assert changed("f(\n    a=1,\n    b=2,\n)", "f(\n    a=1,\n    b=30,\n)") == [
        (["2"], ["30"])
    ]


def test_a_line_that_breaks_is_no_difference() -> None:
    assert changed("f(a=1, b=2)", "f(\n    a=1,\n    b=2,\n)") == []
    long = "f(\n    a=1,\n    b=30,\n)"
    assert changed("f(a=1, b=2)", long) == [(["2"], ["30"])]


def test_what_comes_and_what_goes() -> None:
    one, two = "f(\n    a=1,\n)", "f(\n    a=1,\n    b=2,\n)"
    assert changed(one, two) == [([], ["b", "=", "2"])]
    assert changed(two, one) == [(["b", "=", "2"], [])]


def test_the_same_line_twice_is_told_apart_by_what_is_around() -> None:
    old = "a(\n    seed=1,\n)\nb(\n    seed=1,\n)"
    new = "a(\n    seed=1,\n)\nb(\n    seed=2,\n)"
    before, after = tokens_of(old), tokens_of(new)
    (only,) = differences(before, after)
    assert [before[i].line for i in only.old] == [4]


def test_two_long_codes_that_share_nothing_cost_little() -> None:
    old, new = ("\n".join(f"{c}{i} = {i}" for i in range(900)) for c in "ab")
    (only,) = differences(tokens_of(old), tokens_of(new))
    assert (len(only.old), len(only.new)) == (2700, 2700)
