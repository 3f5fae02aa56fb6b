"""What the Parameters tab draws, without a browser: marks, words, and no HTML."""

from dataclasses import dataclass

import pytest
from markupsafe import Markup

from webui.counts.memory.cards import DEFAULT
from webui.counts.memory.fit import Fit
from webui.counts.memory.parts import Memory
from webui.counts.memory.remedies import Remedies
from webui.counts.memory.verdict import Verdict
from webui.counts.parameters.grid import Grid, GridRow
from webui.counts.parameters.structure import Node
from webui.page.frame import Page
from webui.page.language import Language
from webui.page.steady import steady
from webui.page.tabs.parameter_beside import differing
from webui.page.tabs.parameter_counts import grid_table, targets_of
from webui.page.tabs.parameter_memory import MEANINGS, PARTS, basis, limit, meanings
from webui.page.tabs.parameter_structure import branch
from webui.recipe import Recipe
from webui.recipe.checks import check
from webui.recipe.sections import Adapter
from webui.runs.difference import value_text
from webui.text import Text

from .walking import HOSTILE


@dataclass
class Reader(Page):
    """A page as far as its language; nothing is built."""

    def __init__(self, language: Language) -> None:
        self.language = language


ENGLISH, CHINESE = Reader("en"), Reader("zh")
GRID = Grid(
    ranks=(8, 16),
    rows=(
        GridRow("attention", Text("attention", "注意力"), (100, 200)),
        GridRow("mlp", Text("MLP", "MLP"), (300, 600)),
    ),
    base=1000,
)


def leaf(name: str, **more: object) -> Node:
    """A module without others below it."""
    return Node(name, name, "Linear", (("weight", (2, 3)),), 6, 0, 0, **more)


def test_while_an_answer_comes_what_stood_there_stays() -> None:
    answers = iter([Markup("<b>1</b>"), None])
    draw = steady(lambda: next(answers))
    first, second = draw(), draw()
    assert first["value"] == "<b>1</b>" and "waiting" not in first["elem_classes"]
    assert "value" not in second and "waiting" in second["elem_classes"]


def test_the_grid_marks_the_present_rank_and_targets_by_more_than_colour() -> None:
    drawn = grid_table(ENGLISH, GRID, Adapter(rank=16, targets="mlp"))
    assert drawn.count("●") == 3
    assert "● rank 16" in drawn and "● MLP" in drawn
    assert '<span class="chosen">● 600</span>' in drawn
    assert "37.500 %" in drawn  # 600 of 1,600


def test_adalora_stands_in_the_grid_at_the_rank_it_starts_with() -> None:
    adapter = Adapter(method="adalora", initial_rank=16, rank=8, targets="attention")
    assert '<span class="chosen">● 200</span>' in grid_table(ENGLISH, GRID, adapter)


@pytest.mark.parametrize(
    ("adapter", "row"),
    [
        (Adapter(), "all-linear"),
        (Adapter(target_modules=("v_proj", "q_proj")), "q_v"),
        (Adapter(target_modules=("q_proj", "k_proj", "v_proj", "o_proj")), "attention"),
        (Adapter(target_modules=("c_attn",)), ""),
        (Adapter(targets="mlp"), "mlp"),
        (Adapter(targets="regex", target_regex=".*"), ""),
    ],
)
def test_targets_are_found_in_the_grid(adapter: Adapter, row: str) -> None:
    assert targets_of(adapter) == row


def test_settings_beside_each_other_are_in_the_page_s_words() -> None:
    kept = Recipe()
    now = check(
        kept.model_dump()
        | {"adapter": {"use_dora": True, "target_modules": ["q_proj", HOSTILE]}}
        | {"model": {"precision": "4bit"}}
    )
    differ = differing(kept, now)
    assert set(differ) == {
        "adapter.use_dora",
        "adapter.target_modules",
        "model.precision",
    }
    assert value_text(True, "adapter.use_dora").zh == "是"
    assert value_text("4bit", "model.precision").en == "4-bit"
    assert value_text("", "adapter.layers").en == "(empty)"


def test_each_part_of_the_memory_is_explained() -> None:
    assert MEANINGS.keys() == PARTS.keys()
    for page in (ENGLISH, CHINESE):
        assert meanings(page).count("<li>") == len(PARTS)
    assert limit(ENGLISH, 0) == "none fits" and limit(ENGLISH, 3632) == "3,632"


@pytest.mark.parametrize(
    ("measured", "english", "chinese"),
    [
        (None, "An estimate for batches", "估计"),
        (2_500_000_000, "which took 2.5 GB at", "其峰值为 2.5 GB"),
    ],
)
def test_a_corrected_estimate_says_so(
    measured: int | None, english: str, chinese: str
) -> None:
    memory = Memory(1, 1, 1, 1, 1, 1, 1)
    judged = Verdict("fits", Text("", ""), memory, DEFAULT, 1, measured)
    fit = Fit(judged, 16, Remedies((), Recipe(), True))
    assert english in basis(ENGLISH, fit) and chinese in basis(CHINESE, fit)


def test_a_search_keeps_what_is_above_and_below_what_it_finds() -> None:
    inner = leaf("mlp.up")
    tree = Node(
        "model", "", "Model", (), 12, 0, 0, children=(leaf("attn"), inner, leaf("out"))
    )
    drawn = branch(ENGLISH, tree, "up")
    assert "mlp.up" in drawn and "<b>model</b>" in drawn
    assert "attn" not in drawn and "out" not in drawn
    assert branch(ENGLISH, tree, "nowhere") == ""
    assert drawn.count("<details") == drawn.count("</details>") == 1


def test_a_module_s_name_is_never_html() -> None:
    learning = Text(f"LoRA {HOSTILE}", f"LoRA {HOSTILE}")
    drawn = branch(ENGLISH, leaf(HOSTILE, adapter=learning), "")
    assert "<img" not in drawn and "<script" not in drawn
    assert drawn.count("&lt;img") == 2


def test_a_module_is_told_with_shape_size_and_what_learns() -> None:
    drawn = branch(ENGLISH, leaf("up", copies=30, tied=True), "")
    assert "2×3" in drawn and "30 layers, all alike" in drawn
    assert "shares the embeddings" in drawn
    empty = Node("act", "act", "SiLU", (), 0, 0, 0)
    assert '<span class="size"></span>' in branch(CHINESE, empty, "")
