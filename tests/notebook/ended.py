"""Learn a few rows by heart with each recipe of stdin, and tell how answers end.

The adapters are kept in the folder after ``--keep``. With a file of folders as its
argument it loads each saved adapter with nothing but
Transformers and PEFT, as others would, and tells the same.
"""

import json
import shutil
import sys
from pathlib import Path
from typing import Any

QUESTIONS = {"The code is 4711. Repeat it.": "4711", "What was it?": "I was not told."}
LENGTH = 40  # tokens; each answer is much shorter, in any of the vocabularies


def ended(model: Any, tokenizer: Any, settings: Any) -> list[bool]:
    """Whether each answer stops by itself, and is the one that was learned."""
    stops = settings.eos_token_id
    stops = stops if isinstance(stops, list) else [stops]
    found = []
    for question, answer in QUESTIONS.items():
        text = tokenizer.apply_chat_template(
            [{"role": "user", "content": question}],
            add_generation_prompt=True,
            tokenize=False,
        )
        asked = tokenizer(text, add_special_tokens=False, return_tensors="pt")
        made = model.generate(
            input_ids=asked["input_ids"],
            attention_mask=asked["attention_mask"],
            generation_config=settings,
            max_new_tokens=LENGTH,
            do_sample=False,
        )[0, asked["input_ids"].shape[1] :]
        said = tokenizer.decode(made, skip_special_tokens=True).strip()
        found.append(int(made[-1]) in stops and said == answer)
    return found


def main_fresh(folders: list[list[str]]) -> None:
    """Load what was saved, in a process that has never seen Unsloth or our code."""
    from peft import PeftModel
    from transformers import AutoModelForCausalLM, AutoTokenizer, GenerationConfig

    for base, adapter in folders:
        tokenizer = AutoTokenizer.from_pretrained(adapter)
        settings = GenerationConfig.from_pretrained(adapter)
        model = AutoModelForCausalLM.from_pretrained(base)
        model = PeftModel.from_pretrained(model, adapter)
        told = {"ended": ended(model, tokenizer, settings), "eos": tokenizer.eos_token}
        print("RESULT " + json.dumps(told), flush=True)


def main() -> None:
    """Train each recipe, and tell where its adapter lies and what its batches teach."""
    from trials import cells_of, run, tell_each

    from webui.recorder import stops

    def told(recipe: Any, space: dict[str, Any]) -> dict[str, Any]:
        cells = cells_of(recipe)
        if "FastLanguageModel" not in space:
            run(cells, "setup", space)
        run(cells, "model data adapter train", space)
        trainer, tokenizer = space["trainer"], space["tokenizer"]
        batch = next(iter(trainer.get_train_dataloader()))
        learned = [[i for i in row if i != -100] for row in batch["labels"].tolist()]
        watch = {"checkpointing": True}
        kept = Path(sys.argv[2], f"adapter {len(list(Path(sys.argv[2]).iterdir()))}")
        shutil.move("adapter", kept)
        return {
            "adapter": str(kept),
            "end": tokenizer.eos_token_id,
            "ends": [tokenizer.eos_token_id in row[-2:] for row in learned],
            "asked": stops.asked_once(watch, space),
        }

    tell_each(told)


if __name__ == "__main__":
    if sys.argv[1] != "--keep":
        main_fresh(json.loads(Path(sys.argv[1]).read_text()))
    else:
        main()
