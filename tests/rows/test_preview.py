"""The preview shows what is trained on, and warns of what would spoil a training."""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from webui.errors import PlannerError
from webui.models.pretrained import read_tokenizer, recipe_tokenizer
from webui.notebook.rows import Form
from webui.recipe import Recipe
from webui.recipe.sections import Model
from webui.rows.prepare.forms import Seen, form_of
from webui.rows.prepare.trl_rows import train_rows
from webui.rows.preview import (
    Checked,
    Encoded,
    Preview,
    PreviewRow,
    check_rows,
    preview,
    token_texts,
)

pytestmark = pytest.mark.train

Build = Callable[..., Recipe]
ALPACA = {"instruction": "Say hi.", "input": "", "output": "hi"}
ROWS = [
    {
        "instruction": "Extract the name.",
        "input": "Ana left.",
        "output": '{"a": "Ana"}',
    },
    {"instruction": "翻译成中文", "input": "Good morning 🙂!", "output": "早上好🙂!"},
    {"instruction": "  Count\n\n to 12", "input": "", "output": "1\n2\n\n  12  "},
    {"instruction": "Nothing?", "input": None, "output": " ."},
    {"instruction": "Say <|im_end|> aloud", "input": "", "output": "no <|im_start|>"},
]


def text_of(row: PreviewRow, trained: bool | None = None) -> str:
    return "".join(t.text for t in row.tokens if trained in (None, t.trained))


def said(shown: Preview) -> str:
    return "\n".join(warning.text.en for warning in shown.warnings)


@pytest.mark.parametrize("system_prompt", ["", "You are a clerk."])
@pytest.mark.parametrize("longest", [512, 45])
def test_mask_is_trl_s_own(
    starter_recipe: Build, tmp_path: Path, system_prompt: str, longest: int
) -> None:
    model = Model(max_seq_length=longest)
    recipe = starter_recipe(ROWS, model=model, system_prompt=system_prompt)
    found = check_rows(recipe, "train")
    prepared = prepared_by_trl(found, "completion", longest, tmp_path)
    assert prepared
    assert_same(found, prepared)


def assert_same(found: Checked, prepared: list[dict]) -> None:
    """Token by token; TRL leaves out rows whose every label is hidden, of which the
    preview warns."""
    ours = [row for row in sequences(found) if set(row.labels) != {-100}]
    assert [row.ids for row in ours] == [row["input_ids"] for row in prepared]
    assert [row.labels for row in ours] == [row["labels"] for row in prepared]


def sequences(found: Checked) -> list[Encoded]:
    """The sequences of all rows."""
    return [part for parts in found.encoded for part in parts]


def prepared_by_trl(
    found: Checked, chosen: Form, longest: int, folder: Path, **more: Any
) -> list[dict]:
    """What TRL makes of the rows as they are written in a form, on a model of two small
    layers."""
    from datasets import Dataset, Features, Json
    from transformers import LlamaConfig, LlamaForCausalLM
    from trl import SFTConfig, SFTTrainer

    size = {"hidden_size": 16, "intermediate_size": 16, "num_attention_heads": 2}
    model = LlamaForCausalLM(LlamaConfig(vocab_size=49152, num_hidden_layers=2, **size))
    written = [
        row for kept in found.kept for row in train_rows(kept, found.chat, chosen)
    ]
    names = dict.fromkeys(name for row in written for name in row)
    # As the data cell loads them: Arrow alone would fill uneven messages up.
    shapes = None if chosen == "text" else Features({name: Json() for name in names})
    trainer = SFTTrainer(
        model=model,
        processing_class=copy.copy(found.chat.template.tokenizer),
        train_dataset=Dataset.from_list(written, features=shapes),
        args=SFTConfig(
            output_dir=str(folder / "out"),
            max_length=longest,
            report_to="none",
            use_cpu=True,
            bf16=False,
            **more,
        ),
    )
    return list(trainer.train_dataset)


CALL = {"name": "sky", "arguments": {"city": "Ulm"}}
TOOL = {"type": "function", "function": {"name": "sky", "description": "天气"}}
TALKS: list[list[dict[str, Any]]] = [
    [
        {"role": "system", "content": "Be short."},
        {"role": "user", "content": "one?"},
        {"role": "assistant", "content": "  first\n\n"},
        {"role": "user", "content": "二?"},
        {"role": "assistant", "content": "第二🙂"},
    ],
    [
        {"role": "user", "content": "Rain?"},
        {"role": "assistant", "content": None, "tool_calls": [CALL]},
        {"role": "tool", "content": "晴"},
        {"role": "assistant", "content": "No."},
        {"role": "user", "content": "Sure? " * 20},
        {"role": "assistant", "content": "Yes."},
    ],
    [{"role": "assistant", "content": "I begin."}],
]


@pytest.mark.parametrize("tools", [[], [TOOL]], ids=["alone", "tools"])
@pytest.mark.parametrize("longest", [512, 200, 60])
def test_mask_of_several_turns_is_trl_s_own(
    starter_recipe: Build, tmp_path: Path, tools: list[dict], longest: int
) -> None:
    rows = [{"messages": talk} | ({"tools": tools} if tools else {}) for talk in TALKS]
    model = Model(max_seq_length=longest)
    chosen = {"format": "messages", "template": "chatml"}
    found = check_rows(starter_recipe(rows, model=model, **chosen), "train")
    assert len(sequences(found)) == len(TALKS)
    assert all(part.marked for row in found.kept for part in row.sequences)
    more = {"assistant_only_loss": True}
    assert_same(found, prepared_by_trl(found, "messages", longest, tmp_path, **more))


def of_family(name: str) -> str:
    """TRL's copy of the template that a family of models comes with."""
    import trl

    folder = Path(trl.__file__).parent / "chat_templates"
    return (folder / f"{name}.jinja").read_text("utf-8")


THOUGHTFUL: list[list[dict[str, Any]]] = [
    [
        {"role": "user", "content": "one?"},
        {"role": "assistant", "content": "first", "reasoning_content": "It is 一."},
        {"role": "user", "content": "two?"},
        {"role": "assistant", "content": "second", "reasoning_content": "It is two."},
    ],
    [
        {"role": "user", "content": "Fast?"},
        {"role": "assistant", "content": "Yes.🙂"},
        {"role": "user", "content": "Sure?"},
        {"role": "assistant", "content": "No.", "reasoning_content": "Hm."},
    ],
    [{"role": "user", "content": "A?"}, {"role": "assistant", "content": "B."}],
]


def like_qwen(folder: Path, family: str) -> Model:
    """The starter's tokenizer with a family's template, and two line breaks as one
    token wherever they stand, as in Qwen's and Llama's."""
    from tokenizers import Regex
    from tokenizers.pre_tokenizers import ByteLevel, Sequence, Split

    tokenizer = copy.deepcopy(read_tokenizer("starter"))
    parts = Split(Regex(r"\s*[\r\n]+| ?[^\s]+|\s"), "isolated")
    bytes_alone = ByteLevel(add_prefix_space=False, use_regex=False)
    tokenizer.backend_tokenizer.pre_tokenizer = Sequence([parts, bytes_alone])
    tokenizer.save_pretrained(folder)
    (folder / "chat_template.jinja").write_text(of_family(family))
    return Model(name=str(folder))


@pytest.mark.parametrize("longest", [512, 30])
@pytest.mark.parametrize("family", ["qwen3", "qwen3_6"])
def test_mask_of_answers_that_stand_apart_is_trl_s_own(
    starter_recipe: Build, tmp_path: Path, family: str, longest: int
) -> None:
    """Each answer of a row is a row for TRL, with its thought or without thinking."""
    model = like_qwen(tmp_path / "own", family)
    model = model.model_copy(update={"max_seq_length": longest})
    rows = [{"messages": talk} for talk in THOUGHTFUL]
    recipe = starter_recipe(rows, model=model, format="messages")
    found = check_rows(recipe, "train")
    assert [len(parts) for parts in found.encoded] == [2, 2, 1]
    assert form(recipe, found) == "completion"
    assert_same(found, prepared_by_trl(found, "completion", longest, tmp_path))


def form(recipe: Recipe, found: Checked) -> Form:
    """In which form these rows reach the trainer."""
    seen = Seen()
    for kept in found.kept:
        seen.add(kept, found.chat, recipe.model.max_seq_length)
    return form_of(recipe, seen, many=False)[0]


@pytest.mark.parametrize(
    ("data", "output", "expected"),
    [
        ({"template": "llama3"}, "hi", "tokens"),
        ({"template": "llama3"}, "\nhi", "completion"),
        ({}, "hi", "completion"),
        ({}, "\n\nhi", "completion"),
        ({}, "  hi", "completion"),
        ({"train_on": "everything", "template": "llama3"}, "hi", "messages"),
    ],
)
def test_trl_gets_what_it_would_learn_as_shown(
    starter_recipe: Build, tmp_path: Path, data: dict, output: str, expected: Form
) -> None:
    """The starter's tokenizer parts two line breaks before a word, as GPT-2's does;
    there TRL would learn them with the answer."""
    rows = [ALPACA | {"output": output}] * 2
    recipe = starter_recipe(rows, **data)
    found = check_rows(recipe, "train")
    assert form(recipe, found) == expected
    if expected == "completion":
        assert_same(found, prepared_by_trl(found, "completion", 512, tmp_path))


def test_plain_text_is_tokenized_as_trl_does(
    starter_recipe: Build, tmp_path: Path
) -> None:
    texts = ["One.", "  二\n\n 🙂 ", "Ends itself.<|im_end|>", "a<|im_end|>b"]
    rows = [{"text": text} for text in texts]
    found = check_rows(starter_recipe(rows, format="text"), "train")
    assert_same(found, prepared_by_trl(found, "text", 512, tmp_path))
    assert not found.warnings


def test_an_end_token_that_also_pads_is_learned_all_the_same(
    starter_recipe: Build,
) -> None:
    """Many notebooks pad with the end token and then hide all padding."""
    from trl.trainer.sft_trainer import DataCollatorForLanguageModeling

    found = check_rows(starter_recipe(ROWS[:3]), "train")
    end = found.chat.template.tokenizer.eos_token_id
    collate = DataCollatorForLanguageModeling(pad_token_id=end)
    rows = sequences(found)
    batch = collate([{"input_ids": r.ids, "labels": r.labels} for r in rows])
    assert (batch["input_ids"] == end).sum() > 3 * 3  # it really pads
    for row, labels in zip(rows, batch["labels"].tolist(), strict=True):
        assert labels[: len(row.ids)] == row.labels
        assert set(labels[len(row.ids) :]) <= {-100}
        assert labels.count(end) == 1


def test_row_is_shown_whole_with_its_answer_marked(starter_recipe: Build) -> None:
    shown = preview(starter_recipe(ROWS))
    assert shown.checked == len(ROWS)
    assert len(shown.rows) == 3
    row = shown.rows[0]
    assert text_of(row).startswith("<|im_start|>system\nYou are a helpful AI")
    assert text_of(row).endswith(
        "<|im_start|>user\nExtract the name.\n\nAna left.<|im_end|>\n"
        '<|im_start|>assistant\n{"a": "Ana"}<|im_end|>\n'
    )
    assert text_of(row, trained=True) == '{"a": "Ana"}<|im_end|>\n'
    assert "<|im_end|>" in [token.text for token in row.tokens]
    assert row.length == len(row.tokens)
    assert row.trained == sum(token.trained for token in row.tokens)
    assert row.share == row.trained / row.length
    assert not row.truncated
    assert "<|im_end|> inside their text (first: rows.jsonl, line 5)" in said(shown)


def test_characters_of_several_tokens_are_shown_as_one(starter_recipe: Build) -> None:
    row = preview(starter_recipe(ROWS), first=1, count=1).rows[0]
    assert "\ufffd" not in text_of(row)
    assert text_of(row, trained=True) == "早上好🙂!<|im_end|>\n"
    assert len(row.tokens) < row.length
    alone = [token.text for token in row.tokens if not token.text.isascii()]
    assert {"早", "上", "好"} <= set(alone)


def test_half_a_character_is_shown_where_the_row_is_cut(starter_recipe: Build) -> None:
    rows = [{"instruction": "a", "output": "龘"}]
    whole = preview(starter_recipe(rows)).rows[0]
    model = Model(max_seq_length=whole.length - 3)
    row = preview(starter_recipe(rows, model=model)).rows[0]
    assert row.truncated
    assert row.length == whole.length - 3
    assert text_of(row).endswith("\ufffd")


def test_a_character_half_of_which_is_trained_on_stays_two(
    starter_recipe: Build,
) -> None:
    tokenizer = read_tokenizer("starter")
    ids = tokenizer("龘").input_ids
    halves = Encoded(ids, [-100, *ids[1:]], len(ids))
    assert [token.trained for token in token_texts(halves, tokenizer)] == [False, True]
    whole = Encoded(ids, ids, len(ids))
    assert [*token_texts(whole, tokenizer)] == [("龘", True, tuple(ids))]


def test_every_answer_of_a_conversation_is_trained_on(starter_recipe: Build) -> None:
    messages = [
        {"role": "system", "content": "Be short."},
        {"role": "user", "content": "one?"},
        {"role": "assistant", "content": "first"},
        {"role": "user", "content": "two?"},
        {"role": "assistant", "content": "second"},
    ]
    recipe = starter_recipe([{"messages": messages}], format="messages")
    row = preview(recipe).rows[0]
    assert text_of(row, trained=True) == "first<|im_end|>\nsecond<|im_end|>\n"
    assert "Sm" not in text_of(row)


def test_everything_is_trained_on_if_asked(starter_recipe: Build) -> None:
    row = preview(starter_recipe(ROWS, train_on="everything")).rows[0]
    assert (row.trained, row.share) == (row.length, 1.0)


def test_rows_further_on(starter_recipe: Build) -> None:
    rows = [ALPACA | {"output": f"answer {n}"} for n in range(210)]
    recipe = starter_recipe(rows)
    shown = preview(recipe, first=205, count=2)
    assert shown.checked == 200
    assert "answer 205<" in text_of(shown.rows[0])
    assert len(shown.rows) == 2
    assert (
        preview(recipe, first=208, count=9).rows[1:][0]
        == (preview(recipe, first=209).rows[0])
    )
    assert preview(recipe, first=500).rows == ()


def test_rows_behind_many_that_cannot_be_used(starter_recipe: Build) -> None:
    rows = [ALPACA | {"output": f"answer {n}" if n % 2 else {}} for n in range(600)]
    shown = preview(starter_recipe(rows), first=250, count=2)
    assert [text_of(row, trained=True)[:10] for row in shown.rows] == [
        *("answer 501", "answer 503")
    ]
    # What is told is about the first rows, wherever one looks.
    assert (shown.checked, shown.rejected) == (200, 100)
    assert not shown.warnings


def test_a_model_without_a_template_is_told(
    starter_recipe: Build, tmp_path: Path
) -> None:
    model = without_template(tmp_path / "base")
    shown = preview(starter_recipe(ROWS[:3], model=model))
    assert text_of(shown.rows[0]).startswith("<|im_start|><|user|>\nExtract the name.")
    assert text_of(shown.rows[0], trained=True) == '{"a": "Ana"}<|im_end|>\n'
    (note,) = shown.warnings
    assert note.text.en == (
        "This model has no chat template of its own; Zephyr's is used."
    )
    assert "没有自带对话模板" in note.text.zh and not note.blocks
    for data in ({"template": "chatml"}, {"format": "text", "columns": COLUMN}):
        assert not preview(starter_recipe(ROWS[:3], model=model, **data)).warnings
    assert not preview(starter_recipe(ROWS[:3])).warnings


COLUMN = {"text": "output"}


def without_template(folder: Path) -> Model:
    """The starter's tokenizer as a base model has it."""
    tokenizer = copy.copy(read_tokenizer("starter"))
    tokenizer.chat_template = None
    tokenizer.save_pretrained(folder)
    return Model(name=str(folder))


def test_warns_of_cut_rows(starter_recipe: Build) -> None:
    rows = [ALPACA, ALPACA | {"output": "word " * 80}]
    exact = preview(starter_recipe(rows[:1])).rows[0].length
    assert not preview(
        starter_recipe(rows[:1], model=Model(max_seq_length=exact))
    ).warnings
    shown = preview(starter_recipe(rows, model=Model(max_seq_length=64)))
    assert [row.truncated for row in shown.rows] == [False, True]
    assert said(shown) == (
        "1 of the first 2 rows are longer than 64 tokens and are cut there; "
        "the end of their answers is lost. The longest has 116: raise the longest "
        "sequence."
    )
    assert "前 2 条中有 1 条" in shown.warnings[0].text.zh
    assert not shown.warnings[0].blocks


def test_warns_of_rows_without_a_trained_token(starter_recipe: Build) -> None:
    rows = [ALPACA, ALPACA | {"input": "word " * 80}]
    shown = preview(starter_recipe(rows, model=Model(max_seq_length=64)))
    assert "In 1 of the first 2 rows every token is hidden" in said(shown)
    assert shown.rows[1].share == 0


def test_a_wrong_end_token_is_mended(starter_recipe: Build, tmp_path: Path) -> None:
    folder = tmp_path / "unmended"
    read_tokenizer("starter").save_pretrained(folder)
    # As Transformers converts the starter's GGUF when nobody mends it.
    path = folder / "tokenizer_config.json"
    config = json.loads(path.read_text())
    path.write_text(json.dumps(config | {"eos_token": "<|im_start|>"}))
    recipe = starter_recipe(ROWS[:3], model=Model(name=str(folder)))
    assert not preview(recipe).warnings
    assert recipe_tokenizer(recipe).eos_token == "<|im_end|>"
    assert read_tokenizer(recipe.model).eos_token == "<|im_start|>"  # the kept one


@pytest.mark.parametrize("train_on", ["answers", "everything"])
def test_warns_where_there_is_no_end_token(
    starter_recipe: Build, tmp_path: Path, train_on: str
) -> None:
    folder, model = tmp_path / "endless", Model(name=str(tmp_path / "endless"))
    read_tokenizer("starter").save_pretrained(folder)
    (folder / "chat_template.jinja").write_text(
        "{% for m in messages %}{{ m.role }}: {{ m.content }}\n{% endfor %}"
        "{% if add_generation_prompt %}assistant: {% endif %}"
    )
    recipe = starter_recipe(ROWS[:3], model=model, train_on=train_on)
    assert not preview(recipe).warnings  # the tokenizer's own is put after the answer
    path = folder / "tokenizer_config.json"
    config = json.loads(path.read_text())
    path.write_text(json.dumps(config | {"eos_token": None}))
    shown = preview(recipe)
    assert "In 3 of the first 3 rows no end token (-) is" in said(shown)
    assert shown.warnings[0].blocks
    # One that the model's own settings name is taken.
    (folder / "generation_config.json").write_text('{"eos_token_id": [2]}')
    assert not preview(recipe).warnings


def with_template(folder: Path, template: str) -> Model:
    """The starter's tokenizer with another chat template."""
    read_tokenizer("starter").save_pretrained(folder)
    (folder / "chat_template.jinja").write_text(template)
    return Model(name=str(folder))


def test_a_template_that_rewrites_turns_shows_each_answer(
    starter_recipe: Build, tmp_path: Path
) -> None:
    model = with_template(tmp_path / "m", of_family("qwen3"))
    rows = [{"messages": talk} for talk in THOUGHTFUL]
    recipe = starter_recipe(rows, model=model, format="messages")
    shown = preview(recipe, count=3)
    assert [row.place.en for row in shown.rows] == [
        "rows.jsonl, line 1, answer 1 of 2",
        "rows.jsonl, line 1, answer 2 of 2",
        "rows.jsonl, line 2, answer 1 of 2",
        "rows.jsonl, line 2, answer 2 of 2",
        "rows.jsonl, line 3",
    ]
    assert shown.rows[1].place.zh == "rows.jsonl 第 1 行，第 2 个回答（共 2 个）"
    assert shown.rows[4].place.zh == "rows.jsonl 第 3 行"
    assert [text_of(row, trained=True) for row in shown.rows] == [
        "<think>\nIt is 一.\n</think>\n\nfirst<|im_end|>\n",
        "<think>\nIt is two.\n</think>\n\nsecond<|im_end|>\n",
        "Yes.🙂<|im_end|>\n",
        "<think>\nHm.\n</think>\n\nNo.<|im_end|>\n",
        "B.<|im_end|>\n",
    ]
    # The second answer is asked without the first one's thought, as it will be.
    assert text_of(shown.rows[1], trained=False) == (
        "<|im_start|>user\none?<|im_end|>\n<|im_start|>assistant\nfirst<|im_end|>\n"
        "<|im_start|>user\ntwo?<|im_end|>\n<|im_start|>assistant\n"
    )
    assert text_of(shown.rows[4], trained=False).endswith("<think>\n\n</think>\n\n")
    # Rows are counted as the source has them.
    assert (shown.checked, len(shown.cells), len(shown.rows)) == (3, 3, 5)
    assert preview(recipe, first=1, count=1).rows == shown.rows[2:4]


def test_one_answer_of_several_may_be_cut(
    starter_recipe: Build, tmp_path: Path
) -> None:
    model = with_template(tmp_path / "m", of_family("qwen3"))
    short = model.model_copy(update={"max_seq_length": 30})
    rows = [{"messages": talk} for talk in THOUGHTFUL]
    shown = preview(starter_recipe(rows, model=short, format="messages"))
    assert [row.truncated for row in shown.rows] == [
        row.whole > 30 for row in shown.rows
    ]
    cut = sum(row.truncated for row in shown.rows)
    assert 0 < cut < 5
    assert f"{cut} of the first 5 sequences are longer than 30 tokens" in said(shown)


def test_a_template_that_asks_otherwise_than_it_writes(
    starter_recipe: Build, tmp_path: Path
) -> None:
    """Where answers begin nobody can tell; all of it can be learned all the same."""
    model = with_template(tmp_path / "m", "{{ messages | length }} {{ messages }}")
    with pytest.raises(PlannerError) as caught:
        preview(starter_recipe(ROWS, model=model))
    assert "rows.jsonl, line 1: the chat template " in caught.value.text.en
    assert "in another way than it writes one" in caught.value.text.en
    assert "set data.template to" in caught.value.text.en
    assert "（请求回答的方式与书写回答的方式不同）" in caught.value.text.zh
    row = preview(starter_recipe(ROWS, model=model, train_on="everything")).rows[0]
    assert text_of(row, trained=True).startswith("2 [{'role': 'user', 'content': 'Ext")


def test_an_earlier_thought_that_is_nowhere_is_told(
    starter_recipe: Build, tmp_path: Path
) -> None:
    """With all of a conversation learned at once, Qwen3 leaves earlier thoughts out."""
    model = with_template(tmp_path / "m", of_family("qwen3"))
    rows = [{"messages": talk} for talk in THOUGHTFUL]
    chosen = {"model": model, "format": "messages", "train_on": "everything"}
    shown = preview(starter_recipe(rows, **chosen))
    assert len(shown.rows) == 3
    assert "loses the thought behind an answer in 1 of the first 3 rows" in said(shown)
    assert "loses" not in said(preview(starter_recipe(rows[1:], **chosen)))


def test_template_that_refuses_a_row(starter_recipe: Build, tmp_path: Path) -> None:
    template = "{{ raise_exception('roles must alternate') }}"
    model = with_template(tmp_path / "m", template)
    with pytest.raises(PlannerError, match=r"line 1: .* \(roles must alternate\)"):
        preview(starter_recipe(ROWS, model=model))


@pytest.mark.parametrize(
    ("template", "words"),
    [
        ("{% for %}", "refuses it (Expected an expression"),
        ("{{ messages", "refuses it (unexpected end of template"),
        ("{{ ''.__class__.__mro__ }}", "refuses it (access to attribute '__class__'"),
        ("{{ messages.append(1) }}", "refuses it ("),
        ("{{ 1 // 0 }}", "refuses it ("),
        ("{{ ''.index('x') }}", "refuses it (substring not found)"),
        ("{% include 'x' %}", "refuses it (no loader for this environment"),
    ],
)
def test_a_template_that_fails_is_told_in_a_sentence(
    starter_recipe: Build, template: str, words: str
) -> None:
    more = {"template": "custom", "custom_template": template}
    with pytest.raises(PlannerError) as caught:
        preview(starter_recipe(ROWS, **more))
    english, chinese = caught.value.text
    assert english.startswith("rows.jsonl, line 1: the chat template ")
    assert words in english and english.endswith(".") and "\n" not in english
    assert "对话模板不接受它" in chinese


def test_a_template_without_end_is_given_up(starter_recipe: Build, helper) -> None:
    loops = "{% for n in range(99999) %}" * 4
    endless = {
        "template": "custom",
        "custom_template": loops + "{% endfor %}" * 4,
    }
    helper.ask(preview, starter_recipe(ROWS[:1]))  # everything is imported
    with pytest.raises(PlannerError, match="gave no answer within 3 seconds"):
        helper.ask(preview, starter_recipe(ROWS[:1], **endless), timeout=3)
    assert helper.ask(preview, starter_recipe(ROWS[:1])).rows


def test_bad_rows_and_no_file(starter_recipe: Build) -> None:
    shown = preview(starter_recipe([ALPACA, ALPACA | {"output": {}}, {"output": 3}]))
    assert shown.rejected == 2 and shown.warnings[0].blocks
    assert shown.reasons[0].en == "rows.jsonl, line 2: output is an object, not text."
    with pytest.raises(PlannerError, match="line 1: lacks instruction"):
        preview(starter_recipe([{"output": 3}]))
    with pytest.raises(PlannerError, match="Choose a training file first"):
        preview(Recipe())


def test_preview_travels_from_the_helper(starter_recipe: Build, helper) -> None:
    recipe = starter_recipe(ROWS)
    assert helper.ask(preview, recipe, 1, 2) == preview(recipe, 1, 2)
