"""The report's figures, each against a count made by hand."""

import io
import json
from collections.abc import Sequence as Several
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from webui.chat.sequences import Sequence
from webui.rows.each import Kept, Rejected
from webui.rows.encoding import Encoded
from webui.rows.reading.sources import Record
from webui.rows.report.labels import COUNTED, LabelTally, labels_of
from webui.rows.report.lengths import bar_width, histogram, suggested_length
from webui.rows.report.rejections import (
    FIRST,
    OTHER,
    REASONS_COUNTED,
    RejectionTally,
)
from webui.rows.report.report import (
    BATCH_CHARACTERS,
    BATCH_ROWS,
    Asked,
    Draw,
    Report,
    batches,
    from_json,
    make_report,
    to_json,
)
from webui.text import Text

LINE = Text("line", "行")
LACKS = Text("lacks output", "缺少 output")


def kept(number: int, question: str, answer: str, file: str = "train.jsonl") -> Kept:
    row = {"q": question, "a": answer}
    messages = [
        {"role": "user", "content": question},
        {"role": "assistant", "content": answer},
    ]
    mapped = {"messages": messages}
    parts = (sequence(question, answer),)
    return Kept(Record(file, number, LINE, row), row, mapped, parts)


def sequence(question: str, answer: str) -> Sequence:
    """A text of which what comes after the bar is learned."""
    text = f"{question}|{answer}"
    return Sequence(text, ((len(question) + 1, len(text)),))


def rejected(number: int, reason: Text = LACKS, raw: str = "") -> Rejected:
    row = None if raw else {"q": "only"}
    return Rejected(Record("train.jsonl", number, LINE, row, reason, raw), reason)


def characters(parts: list[Sequence], longest: int = 20) -> list[Encoded]:
    """A character is a token; the loss looks at what is learned."""
    encoded = []
    for part in parts:
        ids = [ord(character) for character in part.text]
        begin, _ = part.learned[0]
        labels = [-100] * begin + ids[begin:]
        encoded.append(Encoded(ids[:longest], labels[:longest], len(ids)))
    return encoded


def made(train: Several, heldout: Several = (), **more: Any) -> Report:
    asked = Asked(more.pop("format", "alpaca"), max_length=20, context=2048)
    return make_report(train, heldout, characters, asked, **more)


def test_rows_are_counted_and_told_apart() -> None:
    train = [kept(1, "one", "eins"), rejected(2), kept(3, "two", "zwei"), rejected(4)]
    report = made(train, [kept(1, "three", "drei", "held.jsonl")])
    assert (report.train.read, report.train.kept, report.train.rejected) == (4, 2, 2)
    assert (report.heldout.read, report.heldout.kept) == (1, 1)
    assert [(reason.text, reason.rows) for reason in report.reasons] == [(LACKS, 2)]
    assert [row.place.number for row in report.rejections] == [2, 4]
    assert report.rejections[0].place.file == "train.jsonl"
    assert report.seconds >= 0


def test_every_rejected_row_is_written_down() -> None:
    file = io.StringIO()
    file.name = "rejected.jsonl"
    broken = rejected(2, Text("the JSON ends too early", "JSON 不完整"), '{"q": "半')
    report = made([rejected(1), broken, kept(3, "a", "b")], rejected=file)
    lines = [json.loads(line) for line in file.getvalue().splitlines()]
    assert lines == [
        {
            "file": "train.jsonl",
            "line": 1,
            "reason": "lacks output",
            "reason_zh": "缺少 output",
            "row": {"q": "only"},
        },
        {
            "file": "train.jsonl",
            "line": 2,
            "reason": "the JSON ends too early",
            "reason_zh": "JSON 不完整",
            "raw": '{"q": "半',
        },
    ]
    assert report.rejected_file == "rejected.jsonl"


def test_many_reasons_and_rejections_stay_bounded() -> None:
    tally = RejectionTally(None)
    for number in range(REASONS_COUNTED + 500):
        tally.add(rejected(number, Text(f"value {number}", f"值 {number}")))
    assert len(tally.first) == FIRST
    assert tally.by_reason()[0].text == OTHER
    assert sum(tally.reasons.values()) == REASONS_COUNTED + 500


def test_lengths_in_tokens() -> None:
    # 6 tokens with 3 learned; 23 with 20 learned, of which 17 before the cut; 20, 0.
    train = [kept(1, "ab", "xyz"), kept(2, "cd", "z" * 20), kept(3, "q" * 19, "")]
    lengths = made(train).lengths
    assert lengths.max_length == 20
    assert (lengths.longer, lengths.longer_share) == (1, 1 / 3)
    assert (lengths.tokens, lengths.trained) == (6 + 20 + 20, 3 + 17 + 0)
    assert lengths.hidden == 1
    assert lengths.suggested == 64
    assert sum(bar.rows for bar in lengths.histogram) == 3
    assert [(row.place.number, row.tokens) for row in lengths.longest] == [
        (2, 23),
        (3, 20),
        (1, 6),
    ]
    assert lengths.longest[0].beginning == "cd|" + "z" * 20


def test_plain_texts_go_on_in_further_sequences() -> None:
    mapped = {"text": "t" * 50}
    whole = (Sequence(mapped["text"], ((0, 50),)),)
    row = Kept(Record("book.txt", 1, LINE, mapped), mapped, mapped, whole)
    lengths = made([row], format="text").lengths
    assert (lengths.tokens, lengths.trained, lengths.longer) == (50, 50, 1)


def test_each_answer_of_a_row_is_measured() -> None:
    """Where a chat template rewrites earlier turns, each is a sequence of its own."""
    # 6 tokens with 3 learned; 23 with 18, of which 15 before the cut; 22 with none.
    several = (
        sequence("ab", "xyz"),
        sequence("abcd", "z" * 18),
        sequence("q" * 21, ""),
    )
    talk = replace(kept(2, "ab", "xyz"), sequences=several)
    report = made([kept(1, "q", "a"), talk, rejected(3)])
    assert (report.train.read, report.train.kept) == (3, 2)
    lengths = report.lengths
    assert (lengths.tokens, lengths.trained) == (3 + 6 + 20 + 20, 1 + 3 + 15 + 0)
    assert (lengths.longer, lengths.longer_share) == (2, 2 / 4)
    assert lengths.hidden == 1
    assert sum(bar.rows for bar in lengths.histogram) == 4
    assert [(row.place.number, row.tokens) for row in lengths.longest] == [
        *((2, 23), (2, 22), (2, 6), (1, 3))
    ]
    # It is one row all the same.
    assert made([talk, talk]).duplicates.exact.count == 1
    labels = made([talk], format="classification").labels
    assert [(label.name, label.count) for label in labels] == [("xyz", 1)]


def test_rows_of_several_sequences_fill_a_batch_sooner() -> None:
    part = sequence("q" * (BATCH_CHARACTERS // 4), "a")
    rows = [replace(kept(n, "q", "a"), sequences=(part,) * 3) for n in range(1, 5)]
    assert [len(batch) for batch in batches(rows)] == [2, 2]


def test_five_longest_rows() -> None:
    rows = [kept(n, "q", "a" * (n % 10)) for n in range(1, 101)]
    longest = made(rows).lengths.longest
    assert [row.place.number for row in longest] == [9, 19, 29, 39, 49]


@pytest.mark.parametrize(
    ("lengths", "context", "suggested"),
    [
        ([64] * 99 + [5000], 2048, 64),
        ([64] * 98 + [65, 5000], 2048, 128),
        ([3000] * 10, 2048, 2048),
        ([1], 2048, 64),
        ([], 2048, 64),
        ([10], 32, 32),
    ],
)
def test_suggested_length(lengths: list[int], context: int, suggested: int) -> None:
    assert suggested_length(np.array(lengths, np.int32), context) == suggested


@pytest.mark.parametrize("lengths", [[0], [5, 5], range(40), range(41), range(5000)])
def test_histogram_counts_every_row_once(lengths: Any) -> None:
    numbers = np.array([*lengths, 1_000_000], np.int32)
    bars = histogram(numbers)
    assert 1 <= len(bars) <= 40
    assert bars[0].first == 0
    assert bars[-1].last >= 1_000_000
    for bar, after in zip(bars, [*bars[1:], None], strict=True):
        assert bar.rows == ((numbers >= bar.first) & (numbers <= bar.last)).sum()
        assert after is None or after.first == bar.last + 1


def test_few_very_long_rows_do_not_hide_the_others() -> None:
    numbers = np.array([100] * 500 + [200] * 499 + [1_000_000], np.int32)
    assert len([bar for bar in histogram(numbers) if bar.rows]) == 2
    assert bar_width(200) == 8
    assert histogram(np.array([], np.int32)) == ()


def test_empty_rows() -> None:
    report = made([kept(1, "q", "a"), kept(2, "q", ""), kept(3, "r", "")])
    assert report.empty.count == 2
    assert [place.number for place in report.empty.examples] == [2, 3]


def test_repeats_and_leaks() -> None:
    train = [kept(1, "What is it?", "A cat."), kept(2, "what  is it?", "a cat.")]
    report = made(train, [kept(1, "WHAT is it?", "a cat.", "held.jsonl")])
    assert report.duplicates.exact.count == 1
    assert report.duplicates.leaked.count == 1
    assert report.duplicates.leaked.examples[0].row.file == "held.jsonl"


def drawing(numbers: set[int], seen: list | None = None) -> Draw:
    """Hold out the rows with these numbers, counted from 0 among the usable ones."""

    def draw(rows: list[dict[str, Any]]) -> tuple[list, list]:
        if seen is not None:
            seen.extend(row["row"] for row in rows)
        held = [row for n, row in enumerate(rows) if n in numbers]
        return held, [row for n, row in enumerate(rows) if n not in numbers]

    return draw


def drawn(train: Several, numbers: set[int], **more: Any) -> Report:
    asked = Asked("alpaca", 20, 2048, draw=drawing(numbers, **more), column="q")
    return make_report(train, (), characters, asked)


def test_drawn_rows_count_as_held_out_and_leak() -> None:
    texts = ["one", "two", "one", "four", "four", "four", "seven"]
    train = [kept(n, f"Say {text}.", text) for n, text in enumerate(texts, 1)]
    report = drawn([rejected(9), *train], {2, 5, 6})
    assert (report.train.read, report.train.kept) == (5, 4)
    assert (report.heldout.read, report.heldout.kept) == (3, 3)
    twins = report.duplicates
    assert (twins.exact.count, twins.leaked.count) == (1, 2)
    assert [(t.row.number, t.earlier.number) for t in twins.leaked.examples] == [
        *((3, 1), (6, 4))
    ]
    assert twins.exact.examples[0].row.number == 5
    # Two copies that are held out together give nothing away.
    assert drawn(train, {0, 2}).duplicates.leaked.count == 0


def test_rows_are_drawn_from_all_that_can_be_used() -> None:
    """Also from those that say nothing to compare, or others would be drawn."""
    silent = kept(2, "", " ")
    train = [kept(1, "a", "x"), silent, kept(3, "b", "y"), kept(4, "b", "y"), silent]
    seen: list = []
    report = drawn(train, {1, 3}, seen=seen)
    assert seen == [{"q": q} for q in ("a", "", "b", "b", "")]
    assert (report.train.kept, report.heldout.kept) == (3, 2)
    assert [t.row.number for t in report.duplicates.leaked.examples] == [4]


def test_all_rows_drawn() -> None:
    report = drawn([kept(1, "a", "x")], {0})
    assert (report.train.kept, report.heldout.kept) == (0, 1)
    assert drawn([rejected(1)], {0}).heldout.kept == 0


def test_class_balance() -> None:
    rows = [kept(n, f"text {n}", "bad" if n % 4 else "good") for n in range(1, 9)]
    labels = made(rows, format="classification").labels
    assert [(label.name, label.count, label.share) for label in labels] == [
        ("bad", 6, 0.75),
        ("good", 2, 0.25),
    ]
    assert made(rows).labels == ()


def test_labels_within_an_answer() -> None:
    def answered(content: str) -> dict[str, Any]:
        return {"messages": [{"role": "assistant", "content": content}]}

    entities = '[{"entity": "Ana", "type": "PER"}, {"entity": "Rom", "type": "LOC"}]'
    assert labels_of("ner", answered(entities)) == ["PER", "LOC"]
    assert labels_of("ner", answered("[]")) == []
    assert labels_of("ner", answered("Ana/1 left/0")) == ["1", "0"]
    assert labels_of("pos", answered("A/B/NOUN is/VERB")) == ["NOUN", "VERB"]


def test_labels_without_end_stay_bounded() -> None:
    tally = LabelTally("classification")
    for number in range(COUNTED + 90):
        tally.add(kept(1, "q", str(number)).mapped)
    assert (len(tally.counts), tally.total) == (COUNTED, COUNTED + 90)


def test_progress_and_batches() -> None:
    seen = []
    rows = [kept(n, f"q {n}", "a") for n in range(1, 2 * BATCH_ROWS + 2)]
    report = made(
        rows, rows[:1], on_progress=lambda n, record: seen.append((n, record.number))
    )
    once, twice = BATCH_ROWS, 2 * BATCH_ROWS
    whole = twice + 1
    assert seen == [(once, once), (twice, twice), (whole, whole), (whole + 1, 1)]
    assert report.lengths.tokens == sum(len(row.sequences[0].text) for row in rows)
    # Long rows make small batches.
    long = [kept(n, "q" * BATCH_CHARACTERS, "a") for n in range(1, 4)]
    assert [len(batch) for batch in batches(long)] == [1] * 3


def test_no_rows_at_all() -> None:
    report = made([])
    assert report.train.read == 0
    assert report.lengths.histogram == ()
    assert from_json(to_json(report)) == report


def test_report_survives_its_file() -> None:
    train = [kept(1, "问", "答"), kept(2, "问", "答"), rejected(3)]
    report = made(train, [kept(1, "问", "答", "held\udc80.jsonl")])
    again = from_json(to_json(report))
    assert again.duplicates.exact == report.duplicates.exact
    assert again.rejections == report.rejections
    assert again.lengths == report.lengths
    # A file name that is no Unicode loses the character that is none.
    assert again.duplicates.leaked.examples[0].row.file == "held?.jsonl"
    assert isinstance(again.rejections[0].reason, Text)


def test_a_thousand_rows_that_cannot_be_used_lie_between_drawn_ones() -> None:
    refused = [rejected(number) for number in range(2, BATCH_ROWS * 2 + 2)]
    rows = [kept(1, "one", "a"), *refused, kept(5000, "two", "b")]
    report = drawn(rows, {1})
    assert (report.train.read, report.train.kept) == (2 * BATCH_ROWS + 1, 1)
    assert report.heldout.kept == 1
