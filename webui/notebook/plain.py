"""Rows that need no repair: the cell loads their source, as a tutorial would.

Whether a source is so plain is seen by running the cell and comparing what comes out
with the prepared rows; here is only how the cell is written.
"""

import os
from collections.abc import Mapping, Sequence

from webui.notebook.literal import Code, literal
from webui.recipe import Recipe
from webui.recipe.formats import FORMATS
from webui.recipe.sections.data import LABELLED

# What load_dataset calls each kind of file.
PLAIN_KINDS = {
    ".jsonl": "json",
    ".ndjson": "json",
    ".json": "json",
    ".csv": "csv",
    ".tsv": "csv",
    ".parquet": "parquet",
}
# The question and the answer of a row, by its format.
EXCHANGES: Mapping[str, tuple[str, str]] = {
    "alpaca": ('row["instruction"]', 'row["output"]'),
    "question_answer": ('row["question"]', 'row["answer"]'),
    "prompt_completion": ('row["prompt"]', 'row["completion"]'),
    "reading": ('row["sentence"] + "\\n\\n" + row["question"]', 'row["answer"]'),
    "translation": ('row["source"]', 'row["target"]'),
    "classification": ('row["text"]', 'row["label"]'),
    "summary": ('row["article"]', 'row["summary"]'),
    "code": ('row["description"]', 'row["code"]'),
    "triple": ("f\"({row['subject']}, {row['predicate']}, ?)\"", 'row["object"]'),
}
# What may stand after the question, where a row has it.
BESIDE = {"alpaca": "input", "classification": "second_text"}


def suffix_of(path: str) -> str:
    """The suffix of a file, in lower case."""
    return os.path.splitext(path)[1].lower()


def has_mapper(recipe: Recipe) -> bool:
    """Whether rows of this recipe can be mapped in a few lines, if all are sound."""
    data = recipe.data
    if data.columns or (data.label_names and data.format in LABELLED):
        return False
    if data.format in ("text", "messages"):
        return not (data.instruction or data.system_prompt)
    return data.format in EXCHANGES


def question_expression(recipe: Recipe, columns: Sequence[str]) -> Code:
    """What a row asks, as an expression."""
    data = recipe.data
    asked, _ = EXCHANGES[data.format]
    own = FORMATS[data.format].instruction
    instruction = data.instruction or (own.en if own else "")
    if instruction:
        asked = f'{literal(instruction)} + "\\n\\n" + {asked}'
    beside = BESIDE.get(data.format)
    if beside in columns:
        given = f"row[{literal(beside)}]"
        asked += f' + ("\\n\\n" + {given} if {given} else "")'
    return Code(asked)


def answer_expression(recipe: Recipe) -> Code:
    """What a row answers, as an expression."""
    return Code(EXCHANGES[recipe.data.format][1])
