"""Random recipes on tiny models: what is planned, and what their own cell attaches.

Run in a process of its own, because Unsloth patches what it touches. Arguments: a seed
and how many. A line of stdout for each: RESULT and a JSON object.
"""

import copy
import json
import os
import random
import re
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

os.environ |= {
    "UNSLOTH_FORCE_CPU": "1",
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_VERBOSITY": "error",
}
from webui.counts.parameters.architecture import architecture_of
from webui.counts.parameters.judge import judge
from webui.notebook.render import CELLS, expected, template_context
from webui.recipe import Recipe
from webui.recipe.checks import check
from webui.recipe.problems import RecipeError
from webui.recorder.counted import MiscountError, hold_to_plan

WIDE = {"hidden_size": 32, "num_attention_heads": 4, "vocab_size": 96}
SMALL = WIDE | {"intermediate_size": 48, "num_hidden_layers": 4}
GROUPED = SMALL | {"num_key_value_heads": 2, "head_dim": 8}
TIED = {"tie_word_embeddings": True}
MOE = {"num_local_experts": 4, "num_experts": 4, "num_experts_per_tok": 2}
MODELS: dict[str, dict[str, Any]] = {
    "llama": GROUPED,
    "qwen2": GROUPED | TIED,
    "qwen3": GROUPED | TIED,
    "qwen3_moe": GROUPED | MOE | {"moe_intermediate_size": 16},
    "mixtral": GROUPED | MOE,
    "gpt_oss": GROUPED | MOE,
    "phi3": SMALL | {"pad_token_id": 0},
    "gemma3_text": GROUPED | TIED,
    "olmo2": GROUPED,
    "cohere": GROUPED | TIED,
    "opt": WIDE
    | {"ffn_dim": 48, "num_hidden_layers": 4, "word_embed_proj_dim": 16}
    | TIED,
    "gpt2": {"n_embd": 32, "n_head": 4, "n_layer": 4, "vocab_size": 96},
    "gpt_neox": SMALL,
    "bloom": {"hidden_size": 32, "n_head": 4, "n_layer": 4, "vocab_size": 96},
    "falcon": WIDE | {"num_hidden_layers": 4},
    "lfm2": GROUPED | {"full_attn_idxs": [1, 3], "conv_L_cache": 3},
}
METHODS = (
    *("lora",) * 8,
    *"adalora vera loha lokr oft ia3 ln_tuning freeze full".split(),
    *"prompt_tuning prefix_tuning p_tuning p_tuning_v2".split(),
)
LAYERS = ("", "", "", "0", "1-2", "0, 3", "2-5", "4", "last 1", "last 4", "last 5", "9")
FOREIGN = ("q_proj", "qkv_proj", "c_attn", "wte", "proj", "PROJ", "0.mlp", "^q_proj$")
PATTERNS = (
    "{0}",
    "^{0}$",
    "^.*{0}$",
    r".*\.{0}",
    r".*\.({0}|{1})",
    r".*\.(0|2)\..*\.{0}",
    r".*\.7\..*\.{0}",
    ".*",
    r".*{0}.*",
    r"(?i).*\.{0}",
    "all-linear",
    "({0}",
    r".*\.[qv]_proj",
    r".*(embed_tokens|lm_head|{0})",
)


def made(kind: str, folder: Path) -> Any:
    """A model with random weights of a kind, and its folder for the planner."""
    import torch
    from transformers import AutoConfig, AutoModelForCausalLM

    config = AutoConfig.for_model(kind, **MODELS[kind])
    config.save_pretrained(folder)
    torch.manual_seed(0)
    return AutoModelForCausalLM.from_config(config)


def names_of(model: Any, draw: random.Random) -> list[str]:
    """Some names of modules: linear ones, others, and those of other models."""
    import torch
    from transformers.pytorch_utils import Conv1D

    linear, others = [], []
    for name, module in model.named_modules():
        kind = linear if isinstance(module, torch.nn.Linear | Conv1D) else others
        parts = name.split(".")
        kind += [".".join(parts[-n:]) for n in (1, 1, 1, 2, 4) if n <= len(parts)]
    pools = [linear] * 9 + [[n for n in others if n], [*FOREIGN]]
    return [draw.choice(draw.choice(pools)) for _ in range(draw.randint(1, 4))]


def values_of(folder: Path, model: Any, draw: random.Random) -> dict[str, Any]:
    """A random recipe of this model, as a user may write one."""
    method = draw.choice(METHODS)
    adapter: dict[str, Any] = {"method": method, "rank": draw.choice((1, 4, 8, 40))}
    adapter["alpha"] = draw.choice((8, 16))
    adapter["initial_rank"] = adapter["rank"] + 4
    adapter["block_size"] = draw.choice((2, 8, 32))
    adapter["virtual_tokens"] = draw.choice((1, 5))
    adapter["last_layers"] = draw.choice((1, 2, 4, 5))
    adapter["prefix_projection"] = draw.random() < 0.5
    adapter["encoder"] = draw.choice(("mlp", "lstm"))
    adapter["encoder_hidden_size"] = draw.choice((16, 32))
    targets = draw.choice(("names", "names", "regex", "attention", "mlp", "all-linear"))
    adapter["targets"] = targets
    names = names_of(model, draw)
    adapter["target_modules"] = [*dict.fromkeys(names)]
    if targets == "regex":
        pair = [*map(re.escape, [*names, *names][:2])]
        adapter["target_regex"] = draw.choice(PATTERNS).format(*pair)
    if targets == "names":
        adapter["layers"] = draw.choice(LAYERS)
    if draw.random() < 0.3:
        known = [n for n, _ in model.named_modules() if n]
        pool = [draw.choice(known), draw.choice(known).rpartition(".")[2], "lm_head"]
        ends = ["embed_tokens", "wte", "norm", draw.choice(names)]
        chosen = [draw.choice(pool + ends) for _ in range(draw.randint(1, 2))]
        adapter["modules_to_save"] = [*dict.fromkeys(chosen)]
    if method == "lora":
        adapter["use_dora"] = draw.random() < 0.2
        adapter["use_rslora"] = draw.random() < 0.2
        adapter["start"] = draw.choice(("zero",) * 4 + ("gaussian", "pissa", "olora"))
    return {"model": {"name": str(folder), "precision": "fp32"}, "adapter": adapter}


def attached(recipe: Recipe, model: Any, unsloth: Any) -> Any:
    """The model after the recipe's own adapter cell."""
    rows = replace(expected(recipe), architecture=architecture_of(recipe))
    more = {"adapter_folder": "", "checkpoint": "", "alone": False, "rows": rows}
    context = template_context(recipe, rows) | more
    code = CELLS.get_template("adapter.py.jinja").render(context)
    own = copy.deepcopy(model)
    own.max_seq_length, own._saved_temp_tokenizer = 64, None
    space = {"model": own, "FastLanguageModel": unsloth, "base_weights": {}}
    exec(compile(code, "adapter", "exec"), space)
    return space["model"]


def asked_for(recipe: Recipe, model: Any) -> list[str]:
    """What was asked for and is not there."""
    adapter = recipe.adapter
    learning = {n for n, w in model.named_parameters() if w.requires_grad}
    if adapter.method not in ("lora", "adalora", "vera", "loha", "lokr", "oft"):
        return [] if learning else ["anything"]
    missing = [
        name
        for name in adapter.target_modules
        if adapter.targets == "names"
        and not any(f".{name}." in f".{n}" for n in learning)
    ]
    missing += [
        name
        for name in adapter.modules_to_save
        if not any(f"{name}.modules_to_save" in n for n in learning)
    ]
    return missing


def trial(recipe: Recipe, model: Any, unsloth: Any) -> dict[str, Any]:
    """What the judge says, and where the run differs from it."""
    judged = judge(recipe)
    if judged.problems:
        return {"refused": [p.path for p in judged.problems]}
    (planned,) = judged.planned
    try:
        run = attached(recipe, model, unsloth)
        sizes = [(w.numel(), w.requires_grad) for w in run.parameters()]
        counted = sum(n for n, learns in sizes if learns), sum(n for n, _ in sizes)
        hold_to_plan(run, [vars(planned)], {})
    except MiscountError as error:
        return {"differs": f"miscount: {error}"}
    except Exception as error:
        return {"differs": f"{type(error).__name__}: {str(error)[:300]}"}
    if counted != (planned.trainable, planned.total):
        return {"differs": f"{counted} planned {planned}"}
    if missing := asked_for(recipe, run):
        return {"differs": f"missing {missing}"}
    return {"same": counted}


def main(seed: int, most: int) -> None:
    """Try as many random recipes."""
    from unsloth import FastLanguageModel

    draw = random.Random(seed)
    root = Path(tempfile.mkdtemp())
    models = {kind: made(kind, root / kind) for kind in MODELS}
    for _ in range(most):
        kind = draw.choice([*models])
        values = values_of(root / kind, models[kind], draw)
        try:
            recipe = check(values)
        except RecipeError as error:
            found: dict[str, Any] = {"refused": [p.path for p in error.problems]}
        else:
            found = trial(recipe, models[kind], FastLanguageModel)
        told = {"kind": kind, "adapter": values["adapter"]} | found
        print("RESULT " + json.dumps(told), flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
