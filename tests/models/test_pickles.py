"""Weights that are pickles are told before the start, and loaded only where allowed."""

from pathlib import Path

import pytest

from webui.counts.about import about
from webui.models.pickles import pickle_problem, pickled
from webui.models.source import Source
from webui.preflight.ready import model_ready
from webui.recipe.problems import RecipeError

from .conftest import model_files, of

pytestmark = pytest.mark.train


def test_model_of_the_hub_with_pickles_alone(ask) -> None:
    known = ask(about, of("some/pickled"))
    assert known.only_pickles is True
    assert known.problem.en.startswith("some/pickled has only pickled weights")
    assert "set model.allow_pickle" in known.problem.en and "pickle" in known.problem.zh
    with pytest.raises(RecipeError, match="only pickled weights") as caught:
        model_ready(of("some/pickled"))
    assert [problem.path for problem in caught.value.problems] == ["model.name"]
    allowed = of("some/pickled", allow_pickle=True)
    assert model_ready(allowed) is allowed
    known = ask(about, allowed)
    assert known.problem is None and known.only_pickles is True
    assert known.download.total > len(model_files()["pytorch_model.bin"])


def test_model_with_both_is_none(ask) -> None:
    assert ask(about, of("some/tiny-model")).only_pickles is False
    assert ask(pickle_problem, of("some/tiny-model")) is None
    # The catalogue's models, and what nobody knows of, are not refused for it.
    assert ask(pickle_problem, of("some/odd")) is None


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["pytorch_model.bin"], True),
        (["pytorch_model-00001-of-00002.bin"], True),
        (["pytorch_model.bin", "model-00001-of-00002.safetensors"], False),
        (["model.safetensors"], False),
        (["training_args.bin", "config.json"], None),
        ([], None),
    ],
)
def test_folder(tmp_path: Path, names: list[str], expected: bool | None) -> None:
    for name in names:
        (tmp_path / name).write_bytes(b"w")
    assert pickled(Source(str(tmp_path))) is expected
    problem = pickle_problem(of(str(tmp_path)))
    assert (problem is not None) == bool(expected)
