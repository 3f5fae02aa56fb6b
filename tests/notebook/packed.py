"""Train each packed recipe of stdin at a rate of nothing, and tell whether rows kept
apart: their logits beside those of each row alone, and the loss beside their own."""

from typing import Any

from trials import cells_of, run, tell_each

from webui.recipe import Recipe
from webui.recorder import packing


def told(recipe: Recipe, space: dict[str, Any]) -> dict[str, Any]:
    """What the batches of one training hold, and what the model makes of them."""
    cells = cells_of(recipe)
    run(cells, "setup model data adapter train", space)
    trainer, model = space["trainer"], space["model"]
    model.eval()
    loader = trainer.get_train_dataloader()
    logs = trainer.state.log_history
    return {
        "sequences": len(trainer.train_dataset),
        "rows": len(space["train_data"]),
        "rows_in_one": packing.rows_in_one(loader),
        **packing.in_effect(loader),
        "difference": max(difference(model, batch) for batch in loader),
        "losses": [log["loss"] for log in logs if "loss" in log],
        "eval_losses": [log["eval_loss"] for log in logs if "eval_loss" in log],
        "own": own_loss(model, space["train_data"]),
    }


def difference(model: Any, batch: dict[str, Any]) -> float:
    """How far the rows' logits lie from those of each row alone."""
    import torch

    asked = {name: part for name, part in batch.items() if name != "labels"}
    ids, places = batch["input_ids"][0], batch["position_ids"][0].tolist()
    begins = [n for n, place in enumerate(places) if place == 0] + [len(ids)]
    worst = 0.0
    with torch.no_grad():
        packed = model(**asked, use_cache=False).logits[0]
        for begin, end in zip(begins, begins[1:], strict=False):
            alone = model(input_ids=ids[None, begin:end], use_cache=False).logits[0]
            worst = max(worst, float((alone - packed[begin:end]).abs().max()))
    return worst


def own_loss(model: Any, rows: Any) -> float:
    """The mean loss over the trained tokens of all rows, each row alone."""
    import torch

    total, count = 0.0, 0
    for row in rows:
        labels = torch.tensor(row["labels"])[1:]
        with torch.no_grad():
            logits = model(input_ids=torch.tensor([row["input_ids"]])).logits[0, :-1]
        kept = labels != -100
        part = torch.nn.functional.cross_entropy(
            logits[kept], labels[kept], reduction="sum"
        )
        total, count = total + float(part), count + int(kept.sum())
    return total / count


if __name__ == "__main__":
    tell_each(told)
