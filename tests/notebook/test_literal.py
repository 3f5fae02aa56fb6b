"""A value enters code as a literal that gives the very same value back."""

import ast
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from webui.notebook.literal import Code, literal

HOSTILE = [
    "'",
    '"',
    "'''",
    '"""',
    "\\",
    "\\'",
    "\n",
    "\r\n",
    "x\n# %% cell\ny",
    "__import__('os').system('true')",
    "' + __import__('os').system('true') + '",
    "{x}",
    "{{ 7 * 7 }}",
    "{% raw %}",
    "{# x #}",
    "f'{1}'",
    "${HOME}",
    "%s",
    "\x00",
    "\x1b[2J",
    "\u2028\u2029\x85",
    "\u202eevil",
    "\ud800",
    "\ufeff",
    "😀",
    "# fmt: off",
    "# noqa",
]

PLAIN = (
    st.none()
    | st.booleans()
    | st.integers(-(10**400), 10**400)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec=None))
    | st.sampled_from(HOSTILE)
)
NESTED = st.recursive(
    PLAIN,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(max_size=5), inner, max_size=4)
    ),
    max_leaves=12,
)


def same(one: Any, other: Any) -> bool:
    """Equal in type as well: 1 is not True and not 1.0."""
    return repr(one) == repr(other)


@pytest.mark.parametrize("value", HOSTILE, ids=ascii)
def test_a_hostile_text_comes_back_as_it_was(value: str) -> None:
    assert ast.literal_eval(literal(value)) == value


@settings(max_examples=500, deadline=None)
@given(NESTED)
def test_every_value_comes_back_as_it_was(value: Any) -> None:
    assert same(ast.literal_eval(literal(value)), value)


@settings(max_examples=300, deadline=None)
@given(NESTED)
def test_a_literal_is_one_line_that_shows_all_of_itself(value: Any) -> None:
    assert literal(value).isprintable()


def test_a_tuple_becomes_a_list() -> None:
    assert literal(("q_proj", 1)) == "['q_proj', 1]"


class Sly(str):
    """A text whose repr is code."""

    def __repr__(self) -> str:
        return "__import__('os').system('true')"


class SlyNumber(int):
    """A number whose repr is code."""

    __repr__ = Sly.__repr__


@pytest.mark.parametrize(
    "value",
    [Sly("x"), SlyNumber(3), [Sly("x")], {Sly("x"): 1}, {"x": SlyNumber(1)}]
    + [float("nan"), float("inf"), -float("inf"), [float("nan")]]
    + [b"x", {1, 2}, object(), 1j, print, ast],
)
def test_what_has_no_exact_literal_is_refused(value: Any) -> None:
    with pytest.raises(TypeError, match="has no literal"):
        literal(value)


def test_our_own_code_passes() -> None:
    assert literal(Code("train_data")) == "train_data"
