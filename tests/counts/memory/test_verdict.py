"""Verdicts, what fits, and what helps where it does not."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from webui.counts.memory.cards import CARDS, card_named, this_machine
from webui.counts.memory.estimate import estimate
from webui.counts.memory.fitting import fits, largest_batch, longest_sequence, resized
from webui.counts.memory.remedies import remedies
from webui.counts.memory.verdict import verdict
from webui.errors import PlannerError
from webui.models.catalogue.catalogue import entry_of
from webui.recipe import Recipe
from webui.recipe.sections import Adapter, Model, Training
from webui.recipe.store import with_values

pytestmark = pytest.mark.train

T4 = CARDS["t4"]


def test_a_card_is_named_or_refused() -> None:
    assert card_named("a100-40") is CARDS["a100-40"]
    with pytest.raises(PlannerError, match="no card 3090 .* known are: t4, l4"):
        card_named("3090")
    assert not T4.has_bf16 and CARDS["l4"].has_bf16
    here = this_machine(24 * 10**9, has_bf16=True)
    assert here.memory == 24 * 10**9 and not here.is_gpu
    assert this_machine(10**10, has_bf16=True, kind="cuda").is_gpu


def test_the_word_follows_the_band(shape: Callable[..., Model]) -> None:
    recipe = Recipe(model=shape("Llama-3.2-1B"))
    memory = estimate(recipe, T4)
    word = {
        name: verdict(recipe, replace(T4, memory=size)).word
        for name, size in (
            ("roomy", memory.high),
            ("close", memory.high - 1),
            ("closer", memory.low),
            ("over", memory.low - 1),
        )
    }
    assert word == {
        "roomy": "fits",
        "close": "tight",
        "closer": "tight",
        "over": "too large",
    }


def test_a_verdict_speaks_both_languages_with_figures(
    shape: Callable[..., Model],
) -> None:
    found = verdict(Recipe(model=shape("Llama-3.2-1B")), T4)
    batch = found.largest_batch
    assert found.title.en == "fits"
    assert f"of 15.8 GB: fits, with room for batches of {batch}." in found.text.en
    assert f"共 15.8 GB：放得下，批大小最大可到 {batch}。" in found.text.zh
    large = verdict(Recipe(model=shape("Llama-3.1-8B", precision="fp32")), T4)
    assert large.word == "too large" and large.largest_batch == 0
    assert "does not fit" in large.text.en and "放不下" in large.text.zh


@pytest.mark.parametrize("how", ["unsloth", "none"])
def test_one_more_would_not_fit(how: Any, shape: Callable[..., Model]) -> None:
    recipe = Recipe(
        model=shape("Llama-3.2-3B", precision="4bit", max_seq_length=1024),
        training=Training(gradient_checkpointing=how, batch_size=1),
    )
    card = CARDS["l4"]
    batch, length = largest_batch(recipe, card), longest_sequence(recipe, card)
    assert batch >= 1 and length >= 16
    assert fits(resized(recipe, batch=batch), card)
    assert not fits(resized(recipe, batch=batch + 1), card)
    assert fits(resized(recipe, length=length), card)
    context = 2048  # what a configuration of Llama says when it says nothing
    assert length == context or not fits(resized(recipe, length=length + 16), card)


def test_least_harm_comes_first(shape: Callable[..., Model]) -> None:
    recipe = Recipe(
        model=shape("Llama-3.1-8B", max_seq_length=4096),
        training=Training(batch_size=16, gradient_checkpointing="none"),
    )
    found = remedies(recipe, T4)
    assert found.fits and found.recipe == applied(recipe, found.steps)
    assert fits(found.recipe, T4)
    fields = list(dict.fromkeys(path for step in found.steps for path in step.values))
    assert fields == [
        "training.gradient_checkpointing",
        "training.batch_size",
        "training.gradient_accumulation",
        "model.precision",
    ]
    # The same rows before each step.
    training = found.recipe.training
    rows = 16 * recipe.training.gradient_accumulation
    assert training.batch_size * training.gradient_accumulation == rows
    totals = [step.memory.high for step in found.steps]
    assert totals == sorted(totals, reverse=True)
    assert not any(step.fits for step in found.steps[:-1]) and found.steps[-1].fits


def applied(recipe: Recipe, steps: Any) -> Recipe:
    for step in steps:
        recipe = with_values(recipe, step.values)
    return recipe


def test_what_a_stronger_step_makes_needless_is_left_out(
    shape: Callable[..., Model],
) -> None:
    # In 16 bits the weights alone are too large; in 4 bits the batch may stay.
    found = remedies(Recipe(model=shape("Llama-3.1-8B")), T4)
    assert [step.values for step in found.steps] == [{"model.precision": "4bit"}]
    assert found.recipe.training == Training()


def test_nothing_to_mend_and_nothing_that_helps(shape: Callable[..., Model]) -> None:
    small = Recipe(model=shape("Llama-3.2-1B"))
    assert remedies(small, T4).steps == ()
    tiny = remedies(Recipe(model=shape("Llama-3.1-8B")), replace(T4, memory=10**9))
    assert not tiny.fits and tiny.text is not None
    assert "model.max_seq_length" in [p for step in tiny.steps for p in step.values]


def test_a_smaller_model_is_named(shape: Callable[..., Model]) -> None:
    card = replace(T4, memory=4 * 10**9)
    found = remedies(Recipe(model=shape("Qwen3-14B")), card)
    assert not found.fits and found.model
    assert found.model in found.text.en and found.model in found.text.zh
    assert fits(with_values(found.recipe, {"model.name": found.model}), card)


def test_the_smaller_model_is_of_the_same_family_and_smaller() -> None:
    for name, smaller in (
        ("unsloth/Meta-Llama-3.1-70B", "unsloth/Llama-3.1-8B"),
        ("Qwen/Qwen3-32B", "Qwen/Qwen3-14B"),
    ):
        found = remedies(Recipe(model=Model(name=name)), T4)
        assert found.model == smaller
    # Of this kind there is no smaller one; a model of its own size is no advice.
    recipe = Recipe(
        model=Model(name="openai/gpt-oss-20b"), adapter=Adapter(targets="attention")
    )
    other = remedies(recipe, replace(T4, memory=10 * 10**9)).model
    assert other and entry_of(other).parameters < 19 * 10**9


def test_remedies_for_other_methods_are_valid(shape: Callable[..., Model]) -> None:
    full = remedies(
        Recipe(model=shape("Llama-3.2-3B"), adapter=Adapter(method="full")), T4
    )
    assert full.fits and full.recipe.adapter.method == "lora"
    vera = Recipe(model=shape("Llama-3.1-8B"), adapter=Adapter(method="vera"))
    found = remedies(vera, T4)  # which cannot be had in 4 bits
    assert found.recipe.model.precision == "16bit"


def test_a_cpu_is_not_offered_what_it_lacks(shape: Callable[..., Model]) -> None:
    cpu = this_machine(6 * 10**9, has_bf16=True)
    recipe = Recipe(
        model=shape("Llama-3.2-1B", precision="fp32"),
        training=Training(gradient_checkpointing="none"),
    )
    paths = [path for step in remedies(recipe, cpu).steps for path in step.values]
    assert "training.gradient_checkpointing" in paths
    assert "training.optimizer" not in paths
