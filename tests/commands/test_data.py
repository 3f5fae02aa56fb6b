"""`tunebook data`: what a file holds, and how its rows would be trained on."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from homes import make_home

from webui import cli, settings
from webui.commands.data_text import CLOSE, OPEN
from webui.planner import process
from webui.recipe.store import loads

FORMATS = Path(__file__).parents[1] / "data" / "formats"
ROWS = [{"question": f"What is {n}?", "answer": f"It is {n}."} for n in range(20)]
QUICK = ("--quick", "--json")

Printed = tuple[int, str, str]
Tunebook = Callable[..., Printed]
train = pytest.mark.train


@pytest.fixture(scope="module", autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A home, and a planner's process in it, for all of these tests."""
    home = make_home(tmp_path_factory.mktemp("data") / "home")
    process.stop()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TUNEBOOK_HOME", str(home))
        yield
    process.stop()


@pytest.fixture
def tunebook(
    request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]
) -> Tunebook:
    """Run a command here; its exit code, stdout and stderr."""
    needed = settings.starter_folder() / "tokenizer.json"
    if request.node.get_closest_marker("train") and not needed.is_file():
        pytest.skip("the starter model is not here: run `tunebook starter`")

    def run(*words: str | Path) -> Printed:
        capsys.readouterr()
        code = cli.main(["data", *map(str, words)])
        return code, *capsys.readouterr()

    return run


def written(path: Path, rows: list[Any]) -> Path:
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    return path


def shown(printed: Printed) -> dict[str, Any]:
    """The one JSON document that was printed."""
    code, out, err = printed
    assert err == ""
    document: dict[str, Any] = json.loads(out)
    return {"code": code, **document}


# ---- what can be told without a model


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "Choose a training file first."),
        (["gone.jsonl"], "There is no file gone.jsonl."),
        (["picture.png"], "training on images does not exist here yet"),
        (["empty.jsonl"], "empty.jsonl: holds no rows."),
        (["folder"], "holds nothing that can be read"),
        (["pictures.jsonl"], "which need a vision model"),
        (["good.jsonl", "gone.jsonl"], "There is no file gone.jsonl."),
        (["good.jsonl", "--format", "poem"], "data.format: must be alpaca, "),
        (["good.jsonl", "--template", "none"], "data.template: must be model"),
        (["good.jsonl", "--template", "custom"], "data.custom_template: is empty"),
        (["good.jsonl", "--set", "data.clumns={}"], "did you mean data.columns?"),
        (
            ["good.jsonl", "--set", "data.columns={x: y}"],
            "data.columns: has x, which the format question_answer does not know",
        ),
    ],
)
def test_what_is_wrong_is_one_sentence(
    words: list[str],
    said: str,
    tunebook: Tunebook,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    written(tmp_path / "good.jsonl", ROWS)
    written(tmp_path / "pictures.jsonl", [{"image": "a", "caption": "b"}])
    for name in ("picture.png", "empty.jsonl"):
        (tmp_path / name).touch()
    (tmp_path / "folder").mkdir()
    code, out, err = tunebook(*words, "--quick")
    assert (code, out) == (1, "")
    assert said in err and len(err.splitlines()) == 1
    assert "Traceback" not in err and "unexpected" not in err


@pytest.mark.parametrize("words", [["--rows", "0"], ["--no"]])
def test_wrong_usage_is_2(words: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(["data", "a.jsonl", *words])
    assert ended.value.code == 2


# ---- for a person


@train
def test_a_file_is_told_shown_and_counted(tunebook: Tunebook, tmp_path: Path) -> None:
    file = written(tmp_path / "a.jsonl", [*ROWS, ROWS[0], {"question": "?"}])
    code, out, err = tunebook(file)
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert lines[0] == f"{file}: JSONL, UTF-8"
    assert lines[1].startswith("format      question_answer (certain: columns ")
    assert out.count("% trained on") == 3
    assert "a.jsonl, line 1: " in out and "a.jsonl, line 3: " in out
    # What is trained on stands between the marks, with the end of the answer.
    assert re.findall(f"{OPEN}(.*?){CLOSE}", out, re.DOTALL) == [
        f"It is {n}.<|im_end|>\n" for n in range(3)
    ]
    assert "<|im_start|>user\nWhat is 0?<|im_end|>" in out
    assert "left out    a.jsonl, line 22: lacks answer.\n" in out
    assert "rows        21 of 22 can be used" in out
    assert "split       19 rows to train on, 0 watched meanwhile, 2 held out" in out
    assert "left out    1 rows: lacks answer" in out
    assert "\x1b" not in out


@train
def test_the_recipe_that_is_printed_can_be_used(
    tunebook: Tunebook, tmp_path: Path
) -> None:
    rows = [
        {"User asks": row["question"], "Bot says": row["answer"] * 9} for row in ROWS
    ]
    file = written(tmp_path / "a.jsonl", rows)
    code, out, _ = tunebook(file, "--quick", "--set", "split.count=3")
    assert code == 0
    text = out.partition("\n\n")[2].partition("\n\n")[0]
    recipe = loads(text)
    assert recipe.data.train_files == (str(file),) and recipe.split.count == 3
    assert set(recipe.data.columns.values()) == {"User asks", "Bot says"}
    # Saved to a file, it leads to the same again.
    assert tunebook(file, *QUICK)[0] == 0


@train
def test_warnings_and_notes(tunebook: Tunebook, tmp_path: Path) -> None:
    rows = [*ROWS[:3], ROWS[3] | {"answer": "no <|im_end|> yet"}]
    file = written(tmp_path / "a.jsonl", rows)
    code, out, _ = tunebook(file, "--quick")
    assert code == 1
    assert "warning     1 of the first 4 rows hold the chat template's own" in out
    accepted = ("--set", "data.accept_warnings=true")
    assert tunebook(file, "--quick", *accepted)[0] == 0
    long = [*ROWS[:3], ROWS[3] | {"answer": "word " * 99}]
    shorter = ("--set", "model.max_seq_length=64")
    code, out, _ = tunebook(written(file, long), "--quick", *shorter)
    assert code == 0 and "note        1 of the first 4 rows are longer" in out


@train
def test_a_terminal_gets_no_control_character_of_a_file(
    tunebook: Tunebook, tmp_path: Path
) -> None:
    evil = "\x1b]0;owned\x07\x1b[2J\x9b2J\r"
    rows = [{"text": f"{evil}{n}", "label": f"{evil}{'ab'[n % 2]}"} for n in range(20)]
    _, out, _ = tunebook(written(tmp_path / "a.jsonl", rows))
    assert "owned" in out and "label" in out
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f]", out)


@train
def test_a_json_file_that_breaks_off_is_shown_and_is_1(
    tunebook: Tunebook, tmp_path: Path
) -> None:
    file = tmp_path / "a.json"
    file.write_text(json.dumps(ROWS)[:-30])
    code, out, err = tunebook(file, "--quick")
    assert code == 1 and out.count("% trained on") == 3
    assert "left out    a.json, row " in out or "left out    a.json, line " in out
    assert "warning     a.json, " in out and "the JSON ends too early" in out
    assert err == ""


# ---- for a machine


@train
def test_json_holds_everything(tunebook: Tunebook, tmp_path: Path) -> None:
    file = written(tmp_path / "a.jsonl", ROWS)
    found = shown(tunebook(file, "--json"))
    assert found["code"] == 0 and found["warnings"] == []
    assert found["columns"] == ["question", "answer"]
    assert found["detection"]["format"] == "question_answer"
    assert found["recipe"]["data"] == {
        "train_files": [str(file)],
        "format": "question_answer",
    }
    assert len(found["rows"]) == 3
    row = found["rows"][0]
    learned = [token["text"] for token in row["tokens"] if token["trained"]]
    assert "".join(learned) == "It is 0.<|im_end|>\n"
    assert sum(len(token["ids"]) for token in row["tokens"]) == row["length"]
    counts = found["report"]["train"], found["report"]["heldout"]
    assert counts == ({"read": 18, "kept": 18}, {"read": 2, "kept": 2})


@train
def test_warnings_in_json(tunebook: Tunebook, tmp_path: Path) -> None:
    rows = [ROWS[0] | {"answer": "word " * 99}]
    file = written(tmp_path / "a.jsonl", rows)
    found = shown(tunebook(file, *QUICK, "--set", "model.max_seq_length=64"))
    assert found["code"] == 1 and found["report"] is None
    (warning,) = found["warnings"]
    assert warning["blocks"] and "are longer than 64 tokens" in warning["text"]


@train
def test_half_a_character_is_still_json(tunebook: Tunebook, tmp_path: Path) -> None:
    row = {**ROWS[0], "\ud83d": 1}
    found = shown(tunebook(written(tmp_path / "a.jsonl", [row]), *QUICK))
    assert found["columns"] == ["question", "answer", "\ud83d"]


# ---- what overrules the detection


@train
def test_rows_and_template(tunebook: Tunebook, tmp_path: Path) -> None:
    file = written(tmp_path / "a.jsonl", ROWS)
    found = shown(tunebook(file, *QUICK, "--rows", "5", "--template", "alpaca"))
    assert found["recipe"]["data"]["template"] == "alpaca"
    assert len(found["rows"]) == 5
    text = "".join(token["text"] for token in found["rows"][4]["tokens"])
    assert "### Instruction:\nWhat is 4?" in text


@train
def test_the_system_prompt_and_a_model_that_is_missing(
    tunebook: Tunebook, tmp_path: Path
) -> None:
    file = written(tmp_path / "a.jsonl", ROWS)
    prompt = ("--set", "data.system_prompt=Be kind.")
    found = shown(tunebook(file, *QUICK, *prompt))
    text = "".join(token["text"] for token in found["rows"][0]["tokens"])
    assert text.startswith("<|im_start|>system\nBe kind.<|im_end|>")
    code, out, err = tunebook(file, "--quick", "--model", "/no/such/model")
    assert (code, out) == (1, "")
    assert err == "There is no folder /no/such/model.\n"


@train
@pytest.mark.parametrize(
    "chosen",
    [("--format", "text"), ("--set", "data.format=text")],
    ids=["short", "long"],
)
def test_another_format_with_its_columns(
    tunebook: Tunebook, tmp_path: Path, chosen: tuple[str, str]
) -> None:
    file = written(tmp_path / "a.jsonl", ROWS)
    columns = ("--set", "data.columns={text: answer}")
    code, out, _ = tunebook(file, "--quick", *chosen, *columns)
    assert code == 0
    assert "format      text (as you said)\n" in out
    assert f"{OPEN}It is 0.<|im_end|>{CLOSE}" in out


@train
def test_the_detected_format_by_name_keeps_its_columns(
    tunebook: Tunebook, tmp_path: Path
) -> None:
    rows = [{"q": row["question"], "a": row["answer"]} for row in ROWS]
    file = written(tmp_path / "a.jsonl", rows)
    seen = shown(tunebook(file, *QUICK))
    format = seen["detection"]["format"]
    assert seen["recipe"]["data"]["columns"]
    assert shown(tunebook(file, *QUICK, "--format", format)) == seen
    # Columns of one's own need no format.
    swapped = ("--set", "data.columns={question: a, answer: q}")
    found = shown(tunebook(file, *QUICK, *swapped))
    assert found["recipe"]["data"]["columns"] == {"question": "a", "answer": "q"}


@train
def test_a_guess_is_told_with_what_to_say(tunebook: Tunebook, tmp_path: Path) -> None:
    rows = [{"left": row["question"], "right": row["answer"] * 9} for row in ROWS]
    file = written(tmp_path / "a.jsonl", rows)
    for options in ([], ["--format", "question_answer"]):
        code, out, err = tunebook(file, "--quick", *options)
        assert (code, out) == (1, "") and len(err.splitlines()) == 1
        assert "a guess" in err and "--format question_answer --set" in err
    columns = err.split("--set '")[1].split("'")[0]
    chosen = ["--format", "question_answer", "--set", columns]
    found = shown(tunebook(file, *QUICK, *chosen))
    assert found["code"] == 0
    assert found["recipe"]["data"]["columns"] == {"question": "left", "answer": "right"}


@train
def test_several_files_are_read_in_order(tunebook: Tunebook, tmp_path: Path) -> None:
    first = written(tmp_path / "a.jsonl", ROWS[:1])
    second = tmp_path / "b.csv"
    second.write_text("question;answer\nWho?;Me.\n")
    code, out, _ = tunebook(first, second, "--quick")
    assert code == 0
    assert f"{first}: JSONL, UTF-8\n{second}: CSV, UTF-8, delimiter ;\n" in out
    assert f"{OPEN}It is 0." in out and f"{OPEN}Me." in out


@train
@pytest.mark.parametrize("file", sorted(FORMATS.iterdir()), ids=lambda f: f.stem)
def test_every_format_is_found_by_itself(tunebook: Tunebook, file: Path) -> None:
    # The starter's own template knows no tools.
    code, out, err = tunebook(file, "--quick", "--template", "qwen")
    assert (code, err) == (0, "")
    assert f"\nformat      {file.stem} (" in out
    assert OPEN in out
