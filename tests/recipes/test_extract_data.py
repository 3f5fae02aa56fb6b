"""The starter data set is what its README says, and its generator reproduces it."""

import importlib.util
import json
import re
from collections import Counter
from pathlib import Path
from random import Random
from types import ModuleType

import pytest

DATA = Path(__file__).parents[2] / "recipes" / "data"
SPLITS = ("train", "heldout")
Rows = list[dict[str, str]]


@pytest.fixture(scope="module")
def rows() -> dict[str, Rows]:
    """Read both files."""
    return {split: read(DATA / f"extract.{split}.jsonl") for split in SPLITS}


@pytest.fixture(scope="module")
def generator() -> ModuleType:
    """Load the generator, which is a script and belongs to no package."""
    spec = importlib.util.spec_from_file_location(
        "make_extract", DATA / "make_extract.py"
    )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def made(generator: ModuleType) -> dict[str, list]:
    """Make the rows anew; unlike the files, they remember their shapes."""
    return generator.write_splits()


def read(path: Path) -> Rows:
    lines = path.read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def answers(rows: Rows, key: str) -> list[str]:
    """Return the answers to one key that are not null."""
    found = (json.loads(row["output"])[key] for row in rows)
    return [answer for answer in found if answer is not None]


def test_counts(rows: dict[str, Rows]) -> None:
    assert len(rows["train"]) >= 600
    assert len(rows["heldout"]) == 100


@pytest.mark.parametrize("split", SPLITS)
def test_rows_have_the_alpaca_shape(rows: dict[str, Rows], split: str) -> None:
    for row in rows[split]:
        assert list(row) == ["instruction", "input", "output"]
        answer = json.loads(row["output"])
        assert list(answer) == ["person", "organization"]
        assert row["output"] == json.dumps(answer, ensure_ascii=False)
    assert len({row["instruction"] for row in rows[split]}) == 1


@pytest.mark.parametrize("split", SPLITS)
def test_answers_are_copied_whole_words(rows: dict[str, Rows], split: str) -> None:
    for row in rows[split]:
        for answer in json.loads(row["output"]).values():
            if answer is not None:
                before, _, after = row["input"].partition(answer)
                assert answer in row["input"]
                assert not before[-1:].isalnum() and not after[:1].isalnum(), row
                assert answer == answer.strip() and not answer.startswith("the ")


def test_a_sentence_names_nobody_but_its_answer(
    rows: dict[str, Rows], generator: ModuleType
) -> None:
    sections = generator.read_sections(DATA / "extract.words.txt")
    lines = [line for split in SPLITS for line in sections[f"people {split}"]]
    surnames = {person.family for person in generator.read_people(lines)}
    for row in (row for split in SPLITS for row in rows[split]):
        answer = json.loads(row["output"])["person"] or ""
        rest = row["input"].replace(answer, "") if answer else row["input"]
        others = surnames.intersection(re.findall(r"[\w'-]+", rest))
        assert all(name in answer for name in others), (row, others)


@pytest.mark.parametrize("split", SPLITS)
def test_shares_of_null(rows: dict[str, Rows], split: str) -> None:
    keys = (json.loads(row["output"]) for row in rows[split])
    kinds = Counter((a["person"] is None, a["organization"] is None) for a in keys)
    share = {kind: count / len(rows[split]) for kind, count in kinds.items()}
    assert share[True, False] == pytest.approx(0.12, abs=0.02)
    assert share[False, True] == pytest.approx(0.12, abs=0.02)
    assert share[True, True] == pytest.approx(0.04, abs=0.01)


def test_sentences_are_distinct_and_short(rows: dict[str, Rows]) -> None:
    sentences = [row["input"] for split in SPLITS for row in rows[split]]
    assert len(set(sentences)) == len(sentences)
    lengths = [len(sentence.split()) for sentence in sentences]
    assert min(lengths) >= 5 and max(lengths) <= 35


def test_heldout_answers_are_new(rows: dict[str, Rows]) -> None:
    for key in ("person", "organization"):
        train, heldout = (set(answers(rows[split], key)) for split in SPLITS)
        assert train.isdisjoint(heldout)
        sentences = "\n".join(row["input"] for row in rows["train"])
        assert not [name for name in heldout if name in sentences]


def test_heldout_names_are_new(made: dict[str, list]) -> None:
    people = {s: [row.person for row in made[s] if row.person] for s in SPLITS}
    for part in ("family", "given"):
        train, heldout = ({getattr(p, part) for p in people[s]} for s in SPLITS)
        assert train.isdisjoint(heldout)
        assert len(heldout) >= 40


def test_heldout_organizations_are_built_from_new_words(generator: ModuleType) -> None:
    vocabularies = [generator.Vocabulary(split, Random(0)) for split in SPLITS]
    for kind in ("place", "brand", "craft", "duty", "acronym"):
        train, heldout = (set(words.words[kind]) for words in vocabularies)
        assert train.isdisjoint(heldout), kind


def test_at_least_a_quarter_of_heldout_has_an_unseen_shape(
    made: dict[str, list],
) -> None:
    seen = {row.shape for row in made["train"]}
    unseen = [row.shape for row in made["heldout"] if row.shape not in seen]
    assert len(seen) >= 40
    assert len(set(unseen)) >= 25
    assert 25 <= len(unseen) <= 75


@pytest.mark.parametrize("split", SPLITS)
def test_generator_reproduces_the_files(
    generator: ModuleType, tmp_path: Path, split: str
) -> None:
    generator.save(tmp_path)
    name = f"extract.{split}.jsonl"
    assert (tmp_path / name).read_bytes() == (DATA / name).read_bytes()
