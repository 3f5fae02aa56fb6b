"""Rows per second from raw rows to labels, beside the bare tokenizer and beside TRL.

    python benchmarks/data.py [--rounds 5] [--rows 1000000]

Three ways are timed in turn on the same rows, so that a busy moment meets all of them:

    ours        raw row -> mapper -> chat template -> tokens -> labels, in batches
    tokenizer   the tokenizer alone on the rendered texts: as fast as it can be
    trl         SFTTrainer's own preparation with its loss on completions only; it gets
                the mapped rows, so the mapper's time is not in its figure

With --rows a JSONL file of about 1 kB a row is written to a temporary folder: how long
do its first preview and its full report take, and how much memory do all processes hold
together at the worst moment? Needs the starter model.
"""

import argparse
import json
import os
import platform
import random
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import psutil

from webui import settings
from webui.planner.process import ask, stop
from webui.recipe import Recipe
from webui.recipe.sections import Data

BATCH = 1000
PACKAGES = ("transformers", "tokenizers", "trl", "datasets", "rensa")
WORDS = (
    "the of and to in is that for it as was with be by on not he his but at are this "
    "have from or had an they which one you were her all she there would their we him "
    "been has when who will more no if out so said what up its about into than them "
    "can only other new some could time these two may then do first any my now such "
    "like our over man me even most made after also did many before must through back "
    "years where much your way well down should because each just those people state "
    "good very make world still own see men work long get here between both life being "
    "under never day same another know while last might us great old year off come "
    "since against go came right used take three invoice total address customer"
).split()


def made_rows(count: int, words: int, seed: int = 0) -> Iterator[dict[str, str]]:
    """Rows of a question and an answer of about so many words; 2 % come twice, 3 % all
    but twice, and 1 % lack their answer."""
    rng = random.Random(seed)
    row = {"instruction": "", "output": ""}
    for _ in range(count):
        chance = rng.random()
        text = " ".join(
            rng.choices(WORDS, k=max(8, round(rng.gauss(words, words / 4))))
        )
        if chance < 0.01:
            yield {"instruction": text}
            continue
        if chance < 0.04 and row["output"]:
            row = row | {"output": row["output"] + " again"}
        elif chance > 0.06 or not row["output"]:
            half = len(text) // 3
            row = {"instruction": text[:half].strip(), "output": text[half:].strip()}
        yield row


def preparation(rounds: int, count: int) -> dict[str, Any]:
    """Time the three ways, several times in turn."""
    from webui.models.pretrained import recipe_tokenizer

    tokenizer = recipe_tokenizer(Recipe())
    rows = [row for row in made_rows(count, words=85) if "output" in row]
    texts, lengths = rendered(rows, tokenizer)
    ways: dict[str, Callable[[], object]] = {
        "tokenizer": lambda: by_tokenizer(texts, tokenizer),
        "ours": lambda: by_us(rows, tokenizer),
        "trl": trl_preparation(rows, tokenizer),
    }
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for way in ways.values():
        way()  # once unmeasured: imports, templates to compile
    for number in range(rounds):
        names = list(ways)
        for name in names[number % 3 :] + names[: number % 3]:
            begun = time.perf_counter()
            ways[name]()
            seconds[name].append(time.perf_counter() - begun)
    return {
        "rows": len(rows),
        "tokens_per_row": round(statistics.mean(lengths)),
        "rounds": rounds,
        "rows_per_second": {
            name: round(len(rows) / statistics.median(taken))
            for name, taken in seconds.items()
        },
        "ours_to_tokenizer": ratio(seconds["tokenizer"], seconds["ours"]),
        "ours_to_trl": ratio(seconds["trl"], seconds["ours"]),
    }


def ratio(other: list[float], ours: list[float]) -> dict[str, float]:
    """Our speed as a multiple of another's: median of the rounds, and their range."""
    ratios = [a / b for a, b in zip(other, ours, strict=True)]
    found = {"median": statistics.median(ratios), "low": min(ratios)}
    return {k: round(v, 3) for k, v in (found | {"high": max(ratios)}).items()}


def rendered(rows: list[dict], tokenizer: Any) -> tuple[list[str], list[int]]:
    """The texts that the tokenizer is given, and their lengths in tokens."""
    texts = [part.text for part in sequences(rows, tokenizer)]
    return texts, [len(ids) for ids in tokenizer(texts)["input_ids"]]


def sequences(rows: list[dict], tokenizer: Any) -> list[Any]:
    """What is trained on of each row: its text, and the parts that are learned."""
    from webui.chat.conversation import chat_of, render
    from webui.chat.template import Template
    from webui.rows.mapping.steps import row_steps

    chat = chat_of(Template(tokenizer, frozenset({tokenizer.eos_token})))
    found = []
    for row in rows:
        for step in row_steps(Recipe()):
            row = step(row)
        found += render(row, chat).sequences
    return found


def by_us(rows: list[dict], tokenizer: Any) -> None:
    """Every step from raw rows to labels."""
    from webui.rows.encoding import encode

    for first in range(0, len(rows), BATCH):
        parts = sequences(rows[first : first + BATCH], tokenizer)
        encode(Recipe(), tokenizer, parts)


def by_tokenizer(texts: list[str], tokenizer: Any) -> None:
    """The tokenizer alone, in batches."""
    for first in range(0, len(texts), BATCH):
        tokenizer(texts[first : first + BATCH], add_special_tokens=False)


def trl_preparation(rows: list[dict], tokenizer: Any) -> Callable[[], object]:
    """TRL's preparation of the same conversations, with a model of one small layer."""
    from datasets import Dataset
    from transformers import LlamaConfig, LlamaForCausalLM
    from trl import SFTConfig, SFTTrainer

    size = {"hidden_size": 16, "intermediate_size": 16, "num_attention_heads": 2}
    shape = LlamaConfig(vocab_size=len(tokenizer), num_hidden_layers=1, **size)
    pairs = [
        {
            "prompt": [{"role": "user", "content": row["instruction"]}],
            "completion": [{"role": "assistant", "content": row["output"]}],
        }
        for row in rows
    ]
    arguments = SFTConfig(
        output_dir=tempfile.mkdtemp(),
        max_length=Recipe().model.max_seq_length,
        report_to="none",
        use_cpu=True,
        bf16=False,
        disable_tqdm=True,
    )
    trainer = SFTTrainer(
        model=LlamaForCausalLM(shape),
        processing_class=tokenizer,
        train_dataset=Dataset.from_list(pairs[:2]),
        args=arguments,
    )
    data = Dataset.from_list(pairs)
    return lambda: trainer._prepare_dataset(
        data, tokenizer, arguments, False, None, "train"
    )


def full_report(count: int) -> dict[str, Any]:
    """Write a large file; time its first preview and report, and watch the memory."""
    from webui.rows.report.job import start_report

    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        home.mkdir()
        (home / "models").symlink_to(settings.models_folder())
        os.environ["TUNEBOOK_HOME"] = str(home)
        path = Path(folder) / "rows.jsonl"
        write_file(path, count)
        recipe = Recipe(data=Data(train_files=(str(path),)))
        shown = first_preview(recipe)
        with PeakMemory() as memory:
            begun, worked = time.perf_counter(), children_seconds()
            report = start_report(recipe).wait()
            seconds = time.perf_counter() - begun
        begun = time.perf_counter()
        again = start_report(recipe).wait()
        if again != report or isinstance(report, Exception) or report is None:
            raise RuntimeError(f"there is no report: {report}")
        return {
            "rows": count,
            "gigabytes": round(path.stat().st_size / 1e9, 2),
            "first_preview_seconds": shown,
            "report_seconds": round(seconds),
            # On a busy machine it stands back for others: this is what it worked.
            "report_processor_seconds": round(children_seconds() - worked),
            "report_again_seconds": round(time.perf_counter() - begun, 3),
            "peak_megabytes": round(memory.peak / 1e6),
            "tokens": report.lengths.tokens,
            "rejected": report.train.rejected,
            "exact_repeats": report.duplicates.exact.count,
            "near_repeats": report.duplicates.near.count,
        }


def children_seconds() -> float:
    """What the processes that this one has ended have worked, on all cores."""
    used = os.times()
    return used.children_user + used.children_system


def write_file(path: Path, count: int) -> None:
    """Rows of about 1 kB as JSONL."""
    with path.open("w") as file:
        file.writelines(json.dumps(row) + "\n" for row in made_rows(count, words=215))


def first_preview(recipe: Recipe) -> dict[str, float]:
    """Seconds until the first rows are shown: by a planner that starts for it, and by
    one that has answered before."""
    from webui.rows.preview import preview

    taken = {}
    for name in ("cold", "warm"):
        begun = time.perf_counter()
        ask(preview, recipe)
        taken[name] = round(time.perf_counter() - begun, 2)
    stop()
    return taken


class PeakMemory:
    """The most memory that this process and its children hold together, in bytes."""

    def __enter__(self) -> "PeakMemory":
        self.peak, self.over = 0, threading.Event()
        self.thread = threading.Thread(target=self.watch)
        self.thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.over.set()
        self.thread.join()

    def watch(self) -> None:
        """Look five times a second."""
        me = psutil.Process()
        while not self.over.wait(0.2):
            held = 0
            for process in (me, *me.children(recursive=True)):
                try:
                    held += process.memory_info().rss
                except psutil.NoSuchProcess:
                    continue
            self.peak = max(self.peak, held)


def main() -> None:
    """Measure, and print the figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--prepared", type=int, default=20_000)
    parser.add_argument("--rows", type=int, default=0)
    given = parser.parse_args()
    command = f"python benchmarks/data.py --rounds {given.rounds} --rows {given.rows}"
    figures = {
        "command": command,
        "machine": f"{os.cpu_count()} cores, {platform.machine()}",
        "python": platform.python_version(),
        **{name: version(name) for name in PACKAGES},
    }
    # The report first: what is measured later would add its own memory.
    if given.rows:
        figures["report"] = full_report(given.rows)
    os.environ.pop("TUNEBOOK_HOME", None)
    if given.prepared:
        figures["preparation"] = preparation(given.rounds, given.prepared)
    print(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
