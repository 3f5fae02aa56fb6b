"""Rows that repeat others are found, in both languages, and none is made up."""

import random
import tracemalloc
from collections.abc import Sequence

import numpy as np
import pytest

from webui.rows.report import duplicates
from webui.rows.report.duplicates import (
    Fingerprints,
    Place,
    candidates,
    find_duplicates,
)
from webui.rows.report.signatures import comparable, digest, normalized, signatures
from webui.text import Text

LINE = Text("line", "行")
CHINESE = (
    "把下面的句子翻译成英文,并说明其中每个成语的意思:他做事总是半途而废,"
    "从来没有坚持到底,所以一事无成,家人都为他担心。"
)
ENGLISH = (
    "Extract every name and every date from the letter below, and answer with a JSON "
    "object that has the keys names and dates; leave out titles such as Doctor."
)


def prints_of(train: list[str], heldout: Sequence[str] = ()) -> Fingerprints:
    """The fingerprints of some texts, each on its own line of its own file."""
    prints = Fingerprints()
    for name, texts in (("train", train), ("held", heldout)):
        places = [Place(name, n, LINE) for n, _ in enumerate(texts, start=1)]
        prints.add([*map(normalized, texts)], places, train=name == "train")
    return prints


def sentences(count: int, seed: int = 0) -> list[str]:
    """Texts that have little in common."""
    rng = random.Random(seed)
    letters = "abcdefghijklmnopqrstuvwxyz"
    words = ["".join(rng.choices(letters, k=rng.randint(2, 9))) for _ in range(3000)]
    return [" ".join(rng.choices(words, k=40)) for _ in range(count)]


def shared(a: str, b: str) -> float:
    """The exact Jaccard similarity of two texts of letters."""
    first, second = ({t[i : i + 5] for i in range(len(t))} for t in (a, b))
    return len(first & second) / len(first | second)


def numbers(repeats: duplicates.Repeats) -> list[tuple[int, int]]:
    return [(twin.row.number, twin.earlier.number) for twin in repeats.examples]


def test_case_blanks_and_width_do_not_count() -> None:
    assert normalized("  Say\n\tHI ") == "say hi"
    assert normalized("ＡＢ１２　ｱ") == "ab12 ア"
    assert digest("say hi") == digest(normalized("SAY  hi"))
    assert digest("say hi") != digest("say ho")


def test_what_stands_before_every_row_is_not_compared() -> None:
    messages = [
        {"role": "system", "content": "You are a clerk."},
        {"role": "user", "content": "Classify.\n\nGood film"},
        {"role": "assistant", "content": "positive"},
    ]
    assert comparable({"messages": messages}, "Classify.") == "good film positive"
    assert comparable({"messages": messages}) == "classify. good film positive"
    assert comparable({"text": "Plain  text"}) == "plain text"
    calls = {"role": "assistant", "content": None, "tool_calls": [{"name": "天气"}]}
    assert "天气" in comparable({"messages": [calls]})


def test_signatures_estimate_the_shared_share() -> None:
    rng = random.Random(1)
    errors = []
    for text in sentences(200):
        words = text.split()
        for _ in range(3):
            words[rng.randrange(len(words))] = "changed"
        other = " ".join(words)
        one, two = signatures([text, other])
        errors.append((one == two).mean() - shared(text, other))
    assert abs(np.mean(errors)) < 0.01
    assert np.std(errors) < 0.05


def test_exact_repeats() -> None:
    found = find_duplicates(prints_of(["One row", "two rows", "ONE  row", "one row"]))
    assert found.exact.count == 2
    assert found.exact.share == 0.5
    assert numbers(found.exact) == [(3, 1), (4, 1)]
    assert found.exact.examples[0].similarity == 1
    assert found.exact.examples[0].row == Place("train", 3, LINE)
    assert found.near.count == 0


@pytest.mark.parametrize("text", [CHINESE, ENGLISH])
def test_near_repeats_in_both_languages(text: str) -> None:
    changed = text.replace("总是", "常常").replace("letter", "message")
    assert changed != text
    found = find_duplicates(prints_of([*sentences(50), text, changed, "another text"]))
    assert found.exact.count == 0
    assert numbers(found.near) == [(52, 51)]
    assert 0.8 <= found.near.examples[0].similarity < 1


def test_one_character_in_a_short_chinese_sentence() -> None:
    text = "请问从北京南站坐高铁去上海虹桥站最早的一班车是几点出发票价多少"
    found = find_duplicates(prints_of([text, text.replace("班", "趟")]))
    assert numbers(found.near) == [(2, 1)]


def test_rows_of_one_key_are_paired_with_the_first_and_the_one_before() -> None:
    keys = np.array([7, 5, 7, 7, 5, 7, 7], np.uint64)
    pairs = {
        (int(later), int(earlier))
        for laters, earliers in candidates(keys, train=5)
        for later, earlier in zip(laters, earliers, strict=True)
    }
    among_training_rows = {(2, 0), (3, 0), (3, 2), (4, 1)}
    of_held_out_rows = {(5, 0), (5, 3), (6, 0), (6, 3)}
    assert pairs == among_training_rows | of_held_out_rows


def test_other_texts_of_one_kind_are_no_repeats() -> None:
    questions = [f"{ENGLISH} {text}" for text in sentences(300)]
    assert find_duplicates(prints_of(questions)).near.count == 0
    chinese = ["今天北京天气怎么样?", "今天上海的天气好不好?", "明天会下雨吗?"]
    assert find_duplicates(prints_of(chinese)).near.count == 0


def test_very_short_texts() -> None:
    found = find_duplicates(prints_of(["a", "b", "ab", "好", "好的", "a"]))
    assert numbers(found.exact) == [(6, 1)]
    assert found.near.count == 0


def test_most_planted_repeats_are_found_and_no_other() -> None:
    texts = sentences(3000)
    planted = [f"{text} and more" for text in texts[:500]]
    assert min(map(shared, texts, planted)) > 0.85
    found = find_duplicates(prints_of([*texts, *planted]))
    assert 490 <= found.near.count <= 500
    assert len(found.near.examples) == duplicates.EXAMPLES


def test_many_rows_alike_stay_one_group() -> None:
    rng = random.Random(2)
    many = [f"{ENGLISH} {ENGLISH[::-1]} {rng.random()}" for _ in range(3000)]
    found = find_duplicates(prints_of(many))
    assert found.near.count >= 2990
    assert numbers(found.near)[0] == (2, 1)


def test_held_out_rows_that_are_trained_on() -> None:
    train = [*sentences(40), ENGLISH]
    near = ENGLISH.replace("letter", "message")
    heldout = ["new", ENGLISH, near, near, "new", *sentences(5, seed=9)]
    found = find_duplicates(prints_of(train, heldout))
    assert numbers(found.leaked) == [(2, 41)]
    assert found.leaked.examples[0].row.file == "held"
    assert found.leaked.examples[0].earlier.file == "train"
    assert found.leaked.share == 0.1
    # A second copy is as near to the training row as the first.
    assert numbers(found.nearly_leaked) == [(3, 41), (4, 41)]
    # What repeats among the held-out rows alone is nobody's leak.
    assert found.exact.count == found.near.count == 0


def test_a_held_out_row_joins_no_training_rows() -> None:
    words = sentences(1)[0].split()
    middle = " ".join(words)
    left, right = " ".join(words[4:]), " ".join(words[:-4])
    assert shared(left, right) < 0.8 < min(shared(left, middle), shared(middle, right))
    assert find_duplicates(prints_of([left, right], [middle])).near.count == 0
    assert find_duplicates(prints_of([left, middle, right])).near.count == 2


def test_nothing_and_one() -> None:
    assert find_duplicates(prints_of([])) == duplicates.Duplicates()
    assert find_duplicates(prints_of(["one"])).exact.count == 0
    assert find_duplicates(prints_of([], ["one", "one"])).leaked.count == 0


def test_memory_is_bounded_by_the_row() -> None:
    texts = sentences(1000)
    tracemalloc.start()
    prints = Fingerprints()
    for block in range(20):
        places = [Place("train", block * 1000 + n, LINE) for n in range(1000)]
        prints.add([f"{block} {text}" for text in texts], places, train=True)
    held, _ = tracemalloc.get_traced_memory()
    find_duplicates(prints)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert held / 20_000 < 600  # bytes for each row, with room to grow
    assert peak < 60e6
