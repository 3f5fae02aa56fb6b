"""Write the reference pages from what the code declares: `make docs`.

A test fails when a page is no longer what this writes.
"""

import csv
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import fields
from inspect import getdoc
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, get_args, get_origin

from portrait import portrait

from webui.chat.template import Template
from webui.figures import brief, in_bytes
from webui.notebook.chat_templates import BASE, TEMPLATES
from webui.recipe.field import DeclaredField
from webui.recipe.formats import FORMATS, Format
from webui.recipe.methods import METHODS, VARIANTS, Method
from webui.recipe.paths import FIELDS
from webui.runs.events import RECORDS, Event
from webui.runs.scores import BASE as UNTUNED
from webui.runs.scores import TUNED, Score, read
from webui.text import Text

FOLDER = Path(__file__).parent
MEASURED = FOLDER.parent / "benchmarks" / "results" / "methods.json"
EXAMPLES = FOLDER.parent / "tests" / "data" / "formats"
TABLE_HEAD = (
    "| | learning rate | trainable | share | training | peak memory | loss | score |",
    "|" + "---|" * 8,
)
MEASURING = Text(
    "Recipe `starter-extract`, {steps} steps on the same batches in the same order, "
    "on the CPU ({machine}), in fp32 but for QLoRA and LoftQ. Each method was "
    "trained once with one learning rate, taken from published habits and not tuned: "
    "this compares costs, and not the best that each can do. Memory is that of the "
    "whole process with its libraries. Loss is that of the first and of the last "
    "batch. Score: exact matches on {scored} held-out rows; the base alone has "
    "{base}. One row is {one}, so a difference of a few rows means nothing. "
    "Where a \\* stands, other work kept the machine busy when the measuring began (a "
    "load above {cores}): alone, those seconds would be fewer.",
    "配方 `starter-extract`，按相同顺序在相同批次上训练 {steps} 步，在 CPU 上运行"
    "（{machine}），除 QLoRA 和 LoftQ 外均为 fp32。每种方法只用一个取自文献惯例、"
    "未经调优的学习率训练一次：比较的是开销，而不是各方法的最好效果。"
    "内存为整个进程（含各个库）。损失为第一批和最后一批的损失。"
    "得分：{scored} 条留出数据中完全一致的比例；基座为 {base}。"
    "一条数据即 {one}，相差几条没有意义。"
    "带 \\* 的秒数在开始测量时机器正忙于其他任务（负载高于 {cores}），空闲时会更短。",
)
CORES = 2
JSON_TYPES = {
    str: "text",
    int: "whole number",
    float: "number",
    bool: "true or false",
    Mapping: "object",
    Sequence: "list",
    NoneType: "none",
}
# Such as ends an answer, but no tag around a thought or a call.
MARK = re.compile(r"<\|[^|<>\s]+\|>|<\w+_of_\w+>|<turn\|>")
MADE = "<!-- Written by docs/make.py; change the declarations instead. -->"


def recipe_page() -> str:
    """Every field of a recipe: its default, its bounds, what it does."""
    parts = ["# The fields of a recipe", MADE]
    parts.append(
        "A recipe is YAML: sections with fields. What is left out has its default. "
        "`--set section.field=value` changes one field on the command line."
    )
    section = ""
    for path, declared in FIELDS.items():
        if path.partition(".")[0] != section:
            section = path.partition(".")[0]
            parts.append(f"## {section}")
        parts.append(field_entry(path, declared))
    return "\n\n".join(parts) + "\n"


def field_entry(path: str, declared: DeclaredField) -> str:
    """One field as a paragraph in both languages."""
    declaration = declared.declaration
    told = declaration.whole_help
    facts = [f"default `{json.dumps(declared.default, ensure_ascii=False)}`"]
    if declared.choices:
        facts.append("one of " + ", ".join(f"`{c}`" for c in declared.choices))
    low, high = declared.bound("ge", "gt"), declared.bound("le", "lt")
    if declared.type in (int, float) and low is not None and high is not None:
        facts.append(f"{low:g} to {high:g}")
    for other, value in (declaration.shown_when or {}).items():
        wanted = value if isinstance(value, tuple) else (value,)
        facts.append(f"when `{other}` is " + " or ".join(f"`{v}`" for v in wanted))
    return (
        f"**`{path}`** {declaration.title.en} · {declaration.title.zh} "
        f"({'; '.join(facts)})  \n{told.en}  \n{told.zh}"
    )


def formats_page() -> str:
    """Every format of rows: what it holds, an example, what its columns are called."""
    parts = ["# Formats of rows", MADE]
    parts.append(
        "`tunebook data FILE` and the Data tab say which of these a file has, how sure "
        "that is, and why. `data.columns` maps columns of other names."
    )
    parts += [format_entry(name, format) for name, format in FORMATS.items()]
    return "\n\n".join(parts) + "\n"


def format_entry(name: str, format: Format) -> str:
    """One format in both languages, with its first example."""
    lines = [f"## {name}", f"{format.help.en}  \n{format.help.zh}"]
    for role in format.roles:
        known = ", ".join(f"`{synonym}`" for synonym in role.synonyms)
        optional = ", optional" if role.optional else ""
        lines.append(
            f"- `{role.name}`: {role.title.en} · {role.title.zh}{optional}"
            + (f"; also found as {known}" if known else "")
        )
    if format.instruction:
        lines.append(
            f"Asked with: “{format.instruction.en}” · “{format.instruction.zh}”"
        )
    example = json.dumps(first_example(name), ensure_ascii=False)
    return (
        "\n\n".join(lines[:2])
        + "\n\n"
        + "\n".join(lines[2:])
        + (f"\n\n```json\n{example}\n```")
    )


def first_example(name: str) -> dict:
    """The first row of a format's example file."""
    (file,) = EXAMPLES.glob(f"{name}.*")
    with file.open(encoding="utf-8", newline="") as lines:
        if file.suffix == ".csv":
            return next(csv.DictReader(lines))
        first: dict = json.loads(next(lines))
        return first


def methods_page() -> str:
    """Every method and variant: measured side by side, and explained."""
    results = json.loads(MEASURED.read_text(encoding="utf-8"))
    measured = results["methods"]
    parts = ["# Methods of fine-tuning · 微调方法", MADE]
    parts.append(
        "What learns, by which formula, from whom, and when to choose it. In the "
        "formulas x is a layer's input and W its frozen weights.  \n"
        "每种方法训练什么、公式、出处，以及何时选用。公式中 x 是层的输入，"
        "W 是冻结的权重。"
    )
    parts += measured_part(results)
    parts.append("## The methods · 方法")
    parts += [method_entry(each, measured.get(each.name)) for each in METHODS.values()]
    parts.append("## Variants of LoRA · LoRA 的变体")
    parts += [method_entry(each, measured.get(each.name)) for each in VARIANTS.values()]
    return "\n\n".join(parts) + "\n"


def measured_part(results: dict[str, Any]) -> list[str]:
    """What was measured, how to read it, and the table."""
    rows = {**METHODS, **VARIANTS}
    figures = [(rows[name], found) for name, found in results["methods"].items()]
    scored = score_of(figures[0][1], TUNED).rows or 1
    facts = {
        "machine": results["machine"],
        "steps": figures[0][1]["steps"],
        "scored": scored,
        "one": f"{1 / scored:.1%}",
        "base": base_scores(results),
        "cores": CORES,
    }
    return [
        "## Measured on the starter task · 实测",
        f"{MEASURING.en}  \n{MEASURING.zh}".format(**facts),
        "\n".join([*TABLE_HEAD, *(measured_row(*each) for each in figures)]),
    ]


def base_scores(results: dict[str, Any]) -> str:
    """What the untrained model scores: one figure, or two where 4 bits change it."""
    scores = {score_of(found, UNTUNED).value for found in results["methods"].values()}
    return " / ".join(f"{score:.1%}" for score in sorted(scores))


def score_of(found: dict[str, Any], who: str) -> Score:
    """What one of the two models scored."""
    return next(each for each in read(found["scores"]) if each.who == who)


def measured_row(method: Method, found: dict[str, Any]) -> str:
    """One method's figures as a row of the table."""
    cells = [
        f"[{method.title.en}](#{method.name})",
        found["learning_rate"],
        f"{found['trainable']:,}",
        f"{found['trainable'] / found['total']:.3%}",
        f"{found['training_seconds']:.0f} s" + (r"\*" if was_busy(found) else ""),
        in_bytes(found["peak_memory"]),
        f"{brief(found['first_loss'], 3)} → {brief(found['last_loss'], 3)}",
        score_of(found, TUNED).written,
    ]
    return "| " + " | ".join(cells) + " |"


def was_busy(found: dict[str, Any]) -> bool:
    """Whether more work waited than the machine had cores, before this one began."""
    return found["load_before"] > CORES


def method_entry(method: Method, found: dict[str, Any] | None) -> str:
    """One method in both languages, with the command that measured it."""
    source = f"{method.source.authors}: {method.source.title}, {method.source.year}"
    parts = [
        f'### <a id="{method.name}"></a>{method.title.en} · {method.title.zh}',
        f"{method.sentence.en}  \n{method.sentence.zh}",
        f"```text\n{method.formula}\n```",
        f"When: {method.when.en}  \n何时选用：{method.when.zh}",
        f"Source · 出处：[{source}]({method.source.url})",
    ]
    if found:
        parts.append(
            f"Measured with a learning rate of {found['learning_rate']}: "
            f"{found['why']['en']}.  \n"
            f"实测学习率 {found['learning_rate']}：{found['why']['zh']}。"
        )
        parts.append(f"```sh\n{found['command']}\n```")
    return "\n\n".join(parts)


def families_page() -> str:
    """What each family's chat template can be trained for, found by asking it."""
    parts = ["# Chat templates of families", MADE]
    parts.append(
        "Whatever template a model brings along, Tunebook asks it how it writes: this "
        "table is the answer of each that TRL knows and of our own. One exchange is "
        "trained with all of them. *Several* exchanges are one sequence where the "
        "template keeps earlier turns as they are, and a row for each answer where it "
        "rewrites them. *Thoughts* are handed over where the template reads them; "
        "after that stand the options with which an answer with a thought, and one "
        "without, is asked for. What is refused is quoted, and the row is left out; "
        "what would be lost is told before a training starts."
    )
    lines = ["| family | several | system text | thoughts | tools |", "|" + "---|" * 5]
    lines += [family_row(*each) for each in family_templates().items()]
    return "\n\n".join([*parts, "\n".join(lines)]) + "\n"


def family_templates() -> dict[str, str]:
    """TRL's copies of the templates that models bring along, and our own."""
    from importlib.util import find_spec

    trl = find_spec("trl")
    assert trl is not None and trl.origin is not None
    files = sorted((Path(trl.origin).parent / "chat_templates").glob("*.jinja"))
    known = [file for file in files if not file.stem.endswith("_training")]
    found = {file.stem: file.read_text(encoding="utf-8") for file in known}
    ours = {f"our {name}": text for name, text in TEMPLATES.items()}
    return found | ours | {"for models without one": BASE}


def family_row(name: str, text: str) -> str:
    """One family as a row of the table."""
    told = portrait(Template(plain_tokenizer(text), frozenset(MARK.findall(text))))
    cells = [name, told.several, told.system, told.thoughts, told.tools]
    return "| " + " | ".join(cell.replace("|", r"\|") for cell in cells) + " |"


def events_page() -> str:
    """Every event of a run by its tag: when it is written, and its fields."""
    parts = ["# The events of a run", MADE]
    parts.append(
        "`events.jsonl` in a run's folder has one JSON object a line. `event` is its "
        "tag and `time` when it was written, in seconds since 1970; a field that is "
        "empty is left out. A reader passes over tags and fields that it does not "
        "know. What earlier versions wrote is read as if it had been written so "
        "(`webui/runs/events/older.py`)."
    )
    parts += [event_entry(tag, kind) for tag, kind in RECORDS.items()]
    return "\n\n".join(parts) + "\n"


def event_entry(tag: str, kind: type[Event]) -> str:
    """One event: its sentence, and what each field of it means."""
    told = {n: t for each in kind.__mro__[::-1] for n, t in attributes(each).items()}
    lines = [
        f"- `{each.name}` ({type_of(each.type)}): {told[each.name]}"
        for each in fields(kind)
        if each.name != "time"
    ]
    return "\n\n".join([f"## {tag}", sentence(kind), "\n".join(lines)])


def sentence(kind: type) -> str:
    """What a record says of itself before its fields."""
    return " ".join((getdoc(kind) or "").partition("\n\nAttributes:")[0].split())


def attributes(kind: type) -> dict[str, str]:
    """What a record says of its own fields."""
    listed = (kind.__dict__.get("__doc__") or "").partition("Attributes:\n")[2]
    found = re.findall(r"^ {8}(\w+): (.*(?:\n {12}.*)*)", listed, re.MULTILINE)
    return {name: " ".join(text.split()) for name, text in found}


def type_of(annotation: Any) -> str:
    """A type as JSON has it."""
    parts = get_args(annotation) if isinstance(annotation, UnionType) else (annotation,)
    return " or ".join(JSON_TYPES[get_origin(part) or part] for part in parts)


def plain_tokenizer(template: str) -> Any:
    """A tokenizer of single bytes with this template: no model is needed for it."""
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocabulary = {letter: number for number, letter in enumerate(letters)}
    made = Tokenizer(models.BPE(vocab=vocabulary, merges=[]))
    marks = {"bos_token": "<s>", "eos_token": "</s>"}
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=made, **marks)
    tokenizer.chat_template = template
    return tokenizer


PAGES = {
    "recipe.md": recipe_page,
    "formats.md": formats_page,
    "methods.md": methods_page,
    "families.md": families_page,
    "events.md": events_page,
}

if __name__ == "__main__":
    for name, page in PAGES.items():
        (FOLDER / name).write_text(page(), encoding="utf-8")
