"""What cannot work together is refused at its field, and what the sentence names works.

Each case is a recipe, the field that is refused, a word of the reason, and the values
that the sentence names as the nearest: put into the recipe, they leave no problem.
"""

import re
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from webui.notebook.render import render_cells
from webui.recipe import Recipe
from webui.recipe.checks import check, rules
from webui.recipe.combinations import combinations, device_rules
from webui.recipe.paths import FIELDS, with_value
from webui.recipe.problems import RecipeError
from webui.recipe.sections import Adapter, Training
from webui.recipe.sections.adapter import TARGETED
from webui.text import Text

Values = dict[str, Any]
Case = tuple[Values, str, str, Values]

METHOD, PRECISION = "adapter.method", "model.precision"
START, SAVED = "adapter.start", "adapter.modules_to_save"
EXPERTS = "adapter.experts"
FOUR = {PRECISION: "4bit"}
LOFTQ = {START: "loftq", PRECISION: "4bit"}


def recipe_of(values: Values) -> Recipe:
    """A recipe with the values at these paths, whether or not they go together."""
    nested: Values = {}
    for path, value in values.items():
        nested = with_value(nested, path, value)
    return Recipe.model_validate(nested)


def refused(values: Values) -> dict[str, Text]:
    """What is told of a recipe, by field; each field once."""
    told = [*combinations(recipe_of(values))]
    assert len({path for path, _ in told}) == len(told)
    return dict(told)


CASES: dict[str, Case] = {
    # ---- packed weights
    **{
        f"{method} on {precision}": (
            {METHOD: method, PRECISION: precision},
            PRECISION,
            f"{precision[0]}-bit weights",
            {PRECISION: nearest},
        )
        for method, precision, nearest in [
            ("full", "4bit", "16bit"),
            ("full", "8bit", "16bit"),
            ("freeze", "4bit", "16bit"),
            ("freeze", "8bit", "16bit"),
            ("ia3", "4bit", "16bit"),
            ("ia3", "8bit", "16bit"),
            ("vera", "4bit", "16bit"),
            ("vera", "8bit", "16bit"),
            ("loha", "4bit", "16bit"),
            ("loha", "8bit", "16bit"),
            ("lokr", "4bit", "16bit"),
            ("lokr", "8bit", "16bit"),
            ("adalora", "8bit", "4bit"),
        ]
    },
    "packed module in full": (
        FOUR | {SAVED: ["lm_head", "down_proj"], "adapter.target_modules": ["q_proj"]},
        SAVED,
        "has down_proj; 4-bit weights are packed",
        {PRECISION: "16bit"},
    ),
    # ---- experts
    "experts with dropout": (
        {EXPERTS: True, "adapter.dropout": 0.1},
        "adapter.dropout",
        "does not go with adapter.experts",
        {"adapter.dropout": 0.0},
    ),
    "experts with DoRA": (
        {EXPERTS: True, "adapter.use_dora": True},
        "adapter.use_dora",
        "use false",
        {EXPERTS: False},
    ),
    "experts with a start": (
        {EXPERTS: True, START: "pissa"},
        START,
        "use zero",
        {START: "zero"},
    ),
    "experts of some layers": (
        {EXPERTS: True, "adapter.layers": "0-3"},
        "adapter.layers",
        "leave it empty",
        {"adapter.layers": ""},
    ),
    "experts without LoRA": (
        {EXPERTS: True, "adapter.method": "vera"},
        EXPERTS,
        "belongs to LoRA",
        {"adapter.method": "lora"},
    ),
    # ---- start values
    "pissa on 4 bits": (FOUR | {START: "pissa"}, START, "4-bit", {START: "loftq"}),
    "olora on 4 bits": (FOUR | {START: "olora"}, START, "4-bit", {START: "loftq"}),
    "pissa on 8 bits": (
        {PRECISION: "8bit", START: "pissa"},
        START,
        "8-bit",
        {START: "eva"},
    ),
    "olora on 8 bits": (
        {PRECISION: "8bit", START: "olora"},
        START,
        "8-bit",
        {PRECISION: "16bit"},
    ),
    "loftq on whole weights": (
        {START: "loftq"},
        START,
        "what 4 bits lose",
        {START: "pissa"},
    ),
    "loftq on 8 bits": (
        {START: "loftq", PRECISION: "8bit"},
        START,
        "what 4 bits lose",
        {START: "eva"},
    ),
    "loftq and alpha": (
        LOFTQ | {"adapter.alpha": 32},
        "adapter.alpha",
        "does not scale",
        {"adapter.alpha": 16},
    ),
    "loftq and rslora": (
        LOFTQ | {"adapter.use_rslora": True},
        "adapter.use_rslora",
        "must not be scaled",
        {START: "zero"},
    ),
    "eva and all-linear": (
        {START: "eva", "adapter.targets": "all-linear"},
        "adapter.targets",
        "does not know all-linear",
        {"adapter.targets": "names"},
    ),
    "eva and short texts": (
        {START: "eva", "adapter.rank": 64, "model.max_seq_length": 32},
        "adapter.rank",
        "texts of 32 tokens",
        {"adapter.rank": 32},
    ),
    **{
        f"{start} and {field}": (
            {START: start, f"adapter.{field}": value},
            f"adapter.{field}",
            name,
            {START: "zero"},
        )
        for start, name in (("pissa", "PiSSA"), ("olora", "OLoRA"))
        for field, value in (
            ("use_rslora", True),
            ("use_dora", True),
            ("modules_to_save", ["lm_head"]),
        )
    },
    # ---- variants of LoRA with other methods
    **{
        f"{field} with {method}": (
            {METHOD: method, f"adapter.{field}": value},
            f"adapter.{field}",
            "would ignore it",
            {METHOD: "lora"},
        )
        for method in ("adalora", "vera", "ia3", "prefix_tuning", "full")
        for field, value in (
            ("use_dora", True),
            ("use_rslora", True),
            ("lora_plus_ratio", 16.0),
            ("start", "pissa"),
        )
    },
    # ---- targets
    "head as a target": (
        {"adapter.target_modules": ["q_proj", "lm_head"]},
        "adapter.target_modules",
        "has lm_head",
        {"adapter.target_modules": ["q_proj"], SAVED: ["lm_head"]},
    ),
    "embeddings by their path": (
        {"adapter.target_modules": ["model.embed_tokens"]},
        "adapter.target_modules",
        "has model.embed_tokens",
        {"adapter.target_modules": ["q_proj"], SAVED: ["model.embed_tokens"]},
    ),
    "one module twice": (
        {METHOD: "lokr", SAVED: ["q_proj"]},
        SAVED,
        "has q_proj, which is among the target modules too",
        {SAVED: []},
    ),
    "empty expression": (
        {"adapter.targets": "regex"},
        "adapter.target_regex",
        "(empty)",
        {"adapter.target_regex": ".*_proj"},
    ),
    "broken expression": (
        {"adapter.targets": "regex", "adapter.target_regex": "*("},
        "adapter.target_regex",
        "nothing to repeat",
        {"adapter.target_regex": ".*_proj"},
    ),
    **{
        f"layers with {targets}": (
            {"adapter.layers": "last 2", "adapter.targets": targets},
            "adapter.layers",
            "given by name",
            {"adapter.targets": "names"},
        )
        for targets in ("all-linear", "attention", "mlp")
    },
    "layers with an expression": (
        {
            "adapter.layers": "0",
            "adapter.targets": "regex",
            "adapter.target_regex": ".*_proj",
        },
        "adapter.layers",
        "given by name",
        {"adapter.layers": "", "adapter.target_regex": r".*\.(0|1)\..*_proj"},
    ),
    "layers that cannot be read": (
        {"adapter.layers": "0-3, x"},
        "adapter.layers",
        "has the part 'x'",
        {"adapter.layers": "0-3, 28-31"},
    ),
    # ---- single methods
    "adalora's ranks": (
        {METHOD: "adalora", "adapter.rank": 32, "adapter.initial_rank": 32},
        "adapter.initial_rank",
        "above the rank (32)",
        {"adapter.initial_rank": 49},
    ),
    "adalora's highest rank": (
        {METHOD: "adalora", "adapter.rank": 256},
        "adapter.initial_rank",
        "above the rank (256)",
        {"adapter.initial_rank": 385},
    ),
    "adalora's one step": (
        {METHOD: "adalora", "training.duration": "steps", "training.steps": 1},
        "training.steps",
        "2 at least",
        {"training.steps": 2},
    ),
    "prompt without its text": (
        {METHOD: "prompt_tuning", "adapter.prompt_start": "text"},
        "adapter.prompt_text",
        "is empty",
        {"adapter.prompt_start": "random"},
    ),
    **{
        f"{method} and packing": (
            {METHOD: method, "data.packing": True},
            "data.packing",
            "only the first",
            {"data.packing": False},
        )
        for method in ("prompt_tuning", "prefix_tuning", "p_tuning", "p_tuning_v2")
    },
    **{
        f"{method} in fp16": (
            {METHOD: method, PRECISION: "fp16"},
            PRECISION,
            "lost to rounding",
            {PRECISION: "bf16"},
        )
        for method in ("full", "freeze", "ln_tuning")
    },
    "a copy that learns in fp16": (
        {METHOD: "oft", SAVED: ["lm_head"], PRECISION: "fp16"},
        PRECISION,
        "lost to rounding",
        {PRECISION: "fp32"},
    ),
    # ---- serving
    **{
        f"vLLM and {method}": (
            {METHOD: method, "adapter.serve_with": "vllm"},
            METHOD,
            "LoRA adapters only",
            {METHOD: "lora"},
        )
        for method in ("adalora", "ia3", "prefix_tuning", "oft")
    },
    "vLLM and DoRA": (
        {"adapter.use_dora": True, "adapter.serve_with": "vllm"},
        "adapter.use_dora",
        "beside a base",
        {"adapter.use_dora": False},
    ),
    "vLLM and the head": (
        {SAVED: ["lm_head"], "adapter.serve_with": "vllm"},
        SAVED,
        "beside a base",
        {SAVED: []},
    ),
    "older vLLM and rank": (
        {"adapter.rank": 65, "adapter.serve_with": "older_vllm"},
        "adapter.rank",
        "64 at most",
        {"adapter.rank": 64},
    ),
    "older vLLM and twice the rank": (
        {"adapter.rank": 40, START: "pissa", "adapter.serve_with": "older_vllm"},
        "adapter.rank",
        "adapter of rank 80",
        {"adapter.rank": 32},
    ),
}
every_case = pytest.mark.parametrize(
    ("values", "field", "words", "nearest"), CASES.values(), ids=CASES
)


@every_case
def test_a_combination_is_refused_at_its_field_and_the_nearest_works(
    values: Values, field: str, words: str, nearest: Values
) -> None:
    told = refused(values)
    assert [*told] == [field]
    assert words in told[field].en
    assert not rules(recipe_of(values | nearest))


@every_case
def test_the_sentence_names_the_nearest_in_both_languages(
    values: Values, field: str, words: str, nearest: Values
) -> None:
    told = refused(values)[field]
    for sentence in (told.en, told.zh):
        assert any(
            path.partition(".")[2] in sentence or named(value, sentence)
            for path, value in nearest.items()
        ), sentence


def named(value: Any, sentence: str) -> bool:
    """Whether a sentence says a value; turning off and leaving out say it as well."""
    if value in (False, [], ""):
        return any(
            w in sentence for w in ("off", "out", "one of", "关闭", "去掉", "一处")
        )
    if isinstance(value, list):
        return any(w in sentence for w in ("at least one", "选择一个"))
    said = {"names": ("names",), "random": ("at random", "随机")}
    return any(word in sentence for word in said.get(value, (str(value),)))


@every_case
def test_both_languages_are_whole_sentences(
    values: Values, field: str, words: str, nearest: Values
) -> None:
    told = refused(values)[field]
    assert_bilingual(told)


def assert_bilingual(told: Text) -> None:
    assert told.en.endswith(".")
    assert told.zh.endswith("。")
    chinese = r"[\u3001-\u9fff\uff01-\uff1f]"
    assert not re.search(chinese, told.en)
    assert re.search(chinese, told.zh)
    # Half-width marks stand in code and lists of values, never beside Chinese.
    assert not re.search(rf"{chinese}[,;:()!?]|[,;:(!?]{chinese}", told.zh)
    assert not re.search(r"[A-Za-z][\u4e00-\u9fff]|[\u4e00-\u9fff][A-Za-z]", told.zh)


# ---- what works is not refused

WORKS = {
    # Tried on the starter: trained, saved, loaded again.
    "whole": (
        ("16bit", "fp32", "bf16"),
        (
            *("lora", "adalora", "vera", "loha", "lokr", "oft", "ia3", "ln_tuning"),
            *("prompt_tuning", "prefix_tuning", "p_tuning", "p_tuning_v2"),
            *("freeze", "full"),
        ),
    ),
    "fp16": (
        ("fp16",),
        (
            *("lora", "adalora", "vera", "loha", "lokr", "oft", "ia3"),
            *("prompt_tuning", "prefix_tuning", "p_tuning", "p_tuning_v2"),
        ),
    ),
    "NF4": (
        ("4bit",),
        (
            *("lora", "adalora", "oft", "ln_tuning"),
            *("prompt_tuning", "prefix_tuning", "p_tuning", "p_tuning_v2"),
        ),
    ),
    "8 bits": (
        ("8bit",),
        (
            *("lora", "oft", "ln_tuning"),
            *("prompt_tuning", "prefix_tuning", "p_tuning", "p_tuning_v2"),
        ),
    ),
}
PAIRS = [
    (precision, method)
    for precisions, names in WORKS.values()
    for precision in precisions
    for method in names
]


@pytest.mark.parametrize(("precision", "method"), PAIRS)
def test_what_works_is_not_refused(precision: str, method: str) -> None:
    assert refused({PRECISION: precision, METHOD: method}) == {}


def test_every_method_and_precision_is_refused_or_known_to_work() -> None:
    for method in FIELDS[METHOD].choices:
        for precision in FIELDS[PRECISION].choices:
            works = refused({PRECISION: precision, METHOD: method}) == {}
            assert works == ((precision, method) in PAIRS), (precision, method)


@pytest.mark.parametrize(
    "values",
    [
        *({START: start} for start in ("gaussian", "pissa", "olora", "eva")),
        LOFTQ,
        LOFTQ | {"adapter.use_dora": True},
        LOFTQ | {"adapter.rank": 64, "adapter.alpha": 64},
        {START: "eva", "adapter.targets": "attention"},
        {START: "eva", "adapter.layers": "last 4"},
        {START: "pissa", "adapter.lora_plus_ratio": 16.0},
        {"adapter.use_dora": True, PRECISION: "4bit"},
        {"adapter.use_dora": True, PRECISION: "8bit"},
        {"adapter.use_dora": True, "adapter.use_rslora": True},
        {SAVED: ["embed_tokens", "lm_head"], PRECISION: "4bit"},
        {SAVED: ["embed_tokens", "lm_head"], PRECISION: "fp16"},
        {SAVED: ["norm"], "adapter.lora_plus_ratio": 16.0},
        {METHOD: "adalora", SAVED: ["lm_head"]},
        {METHOD: "lokr", SAVED: ["down_proj"], "adapter.targets": "attention"},
        {METHOD: "oft", "adapter.dropout": 0.1},
        *({METHOD: m, "adapter.layers": "0-3"} for m in TARGETED),
        *({METHOD: m, "adapter.targets": "all-linear"} for m in TARGETED),
        {"adapter.serve_with": "older_vllm", "adapter.rank": 64},
        {"adapter.serve_with": "older_vllm", "adapter.use_rslora": True},
        {"adapter.serve_with": "vllm", "adapter.rank": 256, START: "pissa"},
        {METHOD: "full", "adapter.serve_with": "older_vllm"},
        {METHOD: "prompt_tuning", "adapter.virtual_tokens": 600},
        {METHOD: "full", "training.gradient_checkpointing": "unsloth"},
        {METHOD: "adalora", "training.duration": "steps", "training.steps": 2},
    ],
    ids=str,
)
def test_what_goes_together_is_not_refused(values: Values) -> None:
    assert refused(values) == {}


# ---- devices

T4 = {"has_bf16": False, "has_gpu": True}
A100 = {"has_bf16": True, "has_gpu": True}
CPU = {"has_bf16": True, "has_gpu": False}
DEVICE_CASES: list[tuple[Values, dict[str, bool], str, str, Values]] = [
    ({PRECISION: "bf16"}, T4, PRECISION, "use fp16, or 16bit", {PRECISION: "fp16"}),
    ({PRECISION: "bf16"}, T4, PRECISION, "use fp16, or 16bit", {PRECISION: "16bit"}),
    (
        {PRECISION: "bf16", METHOD: "full"},
        T4,
        PRECISION,
        "use fp32.",
        {PRECISION: "fp32"},
    ),
    (
        {PRECISION: "bf16", METHOD: "freeze"},
        T4,
        PRECISION,
        "use fp32.",
        {PRECISION: "fp32"},
    ),
    (
        {PRECISION: "bf16", METHOD: "ln_tuning"},
        T4,
        PRECISION,
        "use fp32.",
        {PRECISION: "fp32"},
    ),
    (
        FOUR | {"model.compute_dtype": "bf16"},
        T4,
        "model.compute_dtype",
        "use fp16, or auto",
        {"model.compute_dtype": "auto"},
    ),
    (
        FOUR | {"model.compute_dtype": "bf16"},
        T4,
        "model.compute_dtype",
        "use fp16, or auto",
        {"model.compute_dtype": "fp16"},
    ),
    ({METHOD: "ln_tuning"}, T4, METHOD, "precision fp32", {PRECISION: "fp32"}),
    (FOUR | {METHOD: "ln_tuning"}, T4, METHOD, "method lora", {METHOD: "lora"}),
    (
        {METHOD: "adalora", SAVED: ["lm_head"]},
        T4,
        SAVED,
        "leave it out",
        {SAVED: []},
    ),
    (LOFTQ, CPU, START, "CUDA GPU only", {START: "zero"}),
    (
        {SAVED: ["lm_head", "down_proj"], "adapter.targets": "attention"},
        A100,
        SAVED,
        "has down_proj;",
        {SAVED: ["lm_head"]},
    ),
]


def device_refused(values: Values, device: dict[str, bool]) -> dict[str, Text]:
    told = [*device_rules(recipe_of(values), "T4 16 GB", **device)]
    assert len({path for path, _ in told}) == len(told)
    return dict(told)


@pytest.mark.parametrize(
    ("values", "device", "field", "words", "nearest"), DEVICE_CASES
)
def test_what_a_device_cannot_do_and_what_it_can(
    values: Values, device: dict[str, bool], field: str, words: str, nearest: Values
) -> None:
    told = device_refused(values, device)
    assert [*told] == [field]
    assert words in told[field].en
    assert_bilingual(told[field])
    assert device_refused(values | nearest, device) == {}
    assert refused(values | nearest) == {}


@pytest.mark.parametrize(
    ("values", "device"),
    [
        ({}, T4),
        ({METHOD: "full"}, T4),  # Unsloth holds the weights in fp32 there
        ({SAVED: ["embed_tokens", "lm_head"]}, T4),  # and these, beside LoRA
        ({METHOD: "full", SAVED: ["norm"]}, T4),  # a setting left over
        (FOUR, T4),
        ({PRECISION: "8bit", "model.compute_dtype": "bf16"}, T4),
        ({METHOD: "ia3"}, T4),
        (LOFTQ, T4),
        (LOFTQ | {METHOD: "adalora"}, CPU),  # told at the method
        ({PRECISION: "bf16"}, A100),
        ({METHOD: "ln_tuning"}, A100),
        ({METHOD: "ln_tuning"}, CPU),
        ({PRECISION: "fp16"}, CPU),
        ({SAVED: ["down_proj"], PRECISION: "fp32"}, A100),
        ({SAVED: ["down_proj"]}, CPU),
        ({METHOD: "lokr", SAVED: ["down_proj"]}, A100),
    ],
    ids=str,
)
def test_what_a_device_can_do(values: Values, device: dict[str, bool]) -> None:
    assert device_refused(values, device) == {}


# ---- sweeps


def test_a_swept_value_that_does_not_go_with_the_rest_is_refused() -> None:
    sweep = {"space": {"adapter.rank": [16, 32]}}
    with pytest.raises(RecipeError) as caught:
        check({"model": {"precision": "4bit"}, "adapter": {"start": "loftq"}}
              | {"sweep": sweep})  # fmt: skip
    (problem,) = caught.value.problems
    assert problem.path == "sweep.space"
    assert "adapter.rank with 32: adapter.alpha must equal the rank" in str(problem)
    assert check({"sweep": sweep})
    with pytest.raises(RecipeError, match="with True: adapter.use_dora DoRA cannot"):
        space = {"adapter.use_dora": [False, True]}
        check({"adapter": {"start": "pissa"}, "sweep": {"space": space}})


# ---- any recipe at all

CHOSEN = [
    path
    for path, field in FIELDS.items()
    if path.startswith(("model.", "adapter.", "training."))
    and (field.choices or field.type in (bool, int))
]


def value_of(path: str) -> st.SearchStrategy[Any]:
    field = FIELDS[path]
    if field.choices:
        return st.sampled_from(field.choices)
    if field.type is bool:
        return st.booleans()
    return st.integers(field.bound("ge"), field.bound("le"))


some_values = st.fixed_dictionaries(
    {METHOD: value_of(METHOD)},
    optional={path: value_of(path) for path in CHOSEN if path != METHOD}
    | {
        "adapter.layers": st.sampled_from(["", "0-3", "last 2"]),
        "adapter.target_regex": st.sampled_from(["", ".*_proj"]),
        "adapter.prompt_text": st.sampled_from(["", "Say it."]),
        SAVED: st.sampled_from([(), ("lm_head",), ("down_proj",)]),
        "adapter.lora_plus_ratio": st.sampled_from([1.0, 16.0]),
        "data.packing": st.booleans(),
    },
)


@settings(
    max_examples=100,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.filter_too_much],
)
@given(some_values)
def test_any_recipe_is_refused_in_both_languages_or_has_a_notebook(
    values: Values,
) -> None:
    recipe = recipe_of(values)
    told = [*combinations(recipe)]
    for device in (T4, CPU):
        told += device_rules(recipe, "T4", **device)
    for path, text in told:
        assert path in FIELDS
        assert_bilingual(text)
    assume(not [*combinations(recipe)])
    for cell in render_cells(recipe):
        compile(cell.code, cell.name, "exec", flags=0)


def test_lion_is_refused_where_unsloth_would_put_adamw() -> None:
    recipe = Recipe(training=Training(optimizer="lion_8bit"))
    found = dict(device_rules(recipe, "CPU", has_bf16=True, has_gpu=False))
    assert found["training.optimizer"].en.endswith("use adamw_torch_fused.")
    assert not [*device_rules(recipe, "L4", has_bf16=True, has_gpu=True)]
    for same in ("adamw_8bit", "paged_adamw_8bit", "adafactor", "sgd"):
        recipe = Recipe(training=Training(optimizer=same))
        assert not [*device_rules(recipe, "CPU", has_bf16=True, has_gpu=False)]


@pytest.mark.parametrize("optimizer", ["paged_adamw_8bit", "lion_8bit", "sgd"])
def test_lora_plus_brings_an_optimizer_of_its_own(optimizer: str) -> None:
    def told(ratio: float, name: str) -> list[str]:
        adapter, training = Adapter(lora_plus_ratio=ratio), Training(optimizer=name)
        recipe = Recipe(adapter=adapter, training=training)
        return [path for path, _ in combinations(recipe)]

    assert told(16.0, optimizer) == ["training.optimizer"]
    assert told(1.0, optimizer) == told(16.0, "adamw_8bit") == []
