"""The server that tests share forgets, between two of them, all that was done."""

from dataclasses import fields
from pathlib import Path

from replayed import replayed_run

from webui import settings
from webui.app import open_studio
from webui.kernel.kernel import this_kernel

from .servers import STARTER
from .serving import KEPT, begin_anew

# Locks and what holds one: each is its own.
OF_ITS_OWN = ("lock", "following", "asking", "answers", "turns", "presses")


def test_a_server_that_begins_anew_is_as_one_that_starts(tunebook_home: Path) -> None:
    studio = open_studio(this_kernel(), STARTER)
    draft = studio.draft
    draft.commit("adapter.rank", 5)
    draft.commit("training.batch_size", 0)
    studio.keep(draft.recipe)
    studio.search_models("some")
    studio.follow(replayed_run(3))
    studio.answers.known["some"] = "answer"
    studio.overlaid = ("some",)
    (settings.models_folder() / "unpacked").mkdir()
    (this_kernel().folder).mkdir(parents=True)

    begin_anew(studio, STARTER)
    new = open_studio(this_kernel(), STARTER)
    assert studio.draft is draft  # the parts of the page hold it
    for now, first in ((draft, new.draft), (studio, new)):
        for field in fields(now):
            if field.name not in (*KEPT, *OF_ITS_OWN):
                assert getattr(now, field.name) == getattr(first, field.name)
    assert studio.answers.known == {} and studio.answers.version == 0
    assert [path.name for path in tunebook_home.iterdir()] == ["models"]
    left = [path.name for path in settings.models_folder().iterdir()]
    assert left in ([], [settings.STARTER])
    assert not this_kernel().folder.exists()
