"""What is said of a field, in both languages."""

from webui.notebook.cells import NUMBERED, SHOWN, number_of
from webui.page.code.says import listed, shortly


def test_the_page_counts_from_one_and_setup_is_part_of_the_model() -> None:
    assert [number_of(name) for name in NUMBERED] == [*range(1, len(NUMBERED) + 1)]
    assert number_of("setup") == number_of("model") == 1
    assert {*NUMBERED} == {*SHOWN} - {"setup"}


def test_cells_are_called_as_on_the_page() -> None:
    assert listed(("setup", "model", "train")).en == "[1] Model, [4] Train"
    assert listed(("model", "train")).zh == "[1] 模型、[4] 训练"


def test_numbers_in_a_few_words() -> None:
    assert shortly([9, 3, 8, 7, 7]) == "3, 7–9"
    assert shortly([]) == ""
