"""Take tiny models of many families the whole way, one after the other.

Each is trained, saved, compared, scored in padded batches, loaded again, and trained
once more from its checkpoint, by the cells of a recipe that names the model alone.
"""

from typing import Any

from every_method import trial
from trials import cells_of, run, tell_each

from webui.recipe import Recipe

TEXTS = ["Say one.", "Say much more than one word: one, two, three."]
FIRST = "checkpoints/checkpoint-1"


def whole_way(recipe: Recipe, space: dict[str, Any]) -> dict[str, Any]:
    """What was seen of one model."""
    import torch

    found = trial(recipe, space)
    found["padding"] = padding(space)
    found["ends"] = ends(space)
    torch.manual_seed(999)  # as another process would have it
    run(cells_of(recipe), "adapter", space)
    run(cells_of(recipe, ("train",), checkpoint=FIRST), "train", space)
    logged = space["trainer"].state.log_history
    return found | {"resumed": [log["loss"] for log in logged if "loss" in log]}


def ends(space: dict[str, Any]) -> dict[str, Any]:
    """What ends an answer: in the rows, the template, the settings, the files."""
    from transformers import AutoTokenizer, GenerationConfig

    tokenizer, data = space["tokenizer"], space["trainer"].get_train_dataloader()
    learned = [
        [i for i in row if i != -100] for b in data for row in b["labels"].tolist()
    ]
    turns = [
        {"role": r, "content": c} for r, c in (("user", "Q?"), ("assistant", "Ay"))
    ]
    written = tokenizer.apply_chat_template(turns, tokenize=False)
    saved = GenerationConfig.from_pretrained("adapter")
    return {
        "token": tokenizer.eos_token,
        "saved": AutoTokenizer.from_pretrained("adapter").eos_token,
        "learned": all(tokenizer.eos_token_id in row[-2:] for row in learned),
        "written": written.rpartition("Ay")[2].strip(),
        "stops": tokenizer.eos_token_id in listed(saved.eos_token_id)
        and tokenizer.eos_token_id
        in listed(space["model"].generation_config.eos_token_id),
    }


def listed(ids: Any) -> list[int]:
    """One id or several, as a list."""
    return ids if isinstance(ids, list) else [ids]


def padding(space: dict[str, Any]) -> float:
    """How far the scores of the next tokens are off in a padded batch."""
    together = next_scores(space, TEXTS)
    alone = [next_scores(space, [text])[0] for text in TEXTS]
    return max(float((a - b).abs().max()) for a, b in zip(together, alone, strict=True))


def next_scores(space: dict[str, Any], texts: list[str]) -> Any:
    """The scores of the tokens that are written first after each text."""
    import torch

    model, tokenizer = space["model"], space["tokenizer"]
    space["FastLanguageModel"].for_inference(model)
    inputs = tokenizer(texts, padding=True, padding_side="left", return_tensors="pt")
    written = model.generate(
        **inputs,
        max_new_tokens=3,
        do_sample=False,
        return_dict_in_generate=True,
        output_scores=True,
    )
    return torch.stack(written.scores, 1)[:, 0]


if __name__ == "__main__":
    tell_each(whole_way)
