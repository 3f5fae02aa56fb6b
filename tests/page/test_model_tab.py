"""The Model tab in Chromium: a model is searched, taken, described, refused."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from homes import make_home
from models.conftest import OWN_CODE, model_files, write_gguf
from rows.reading.hub_server import Hub, serve

from webui.kernel import jobs
from webui.kernel.kernel import this_kernel
from webui.models.gguf import unpacked_folder
from webui.recipe.store import load

from .conftest import begun_anew
from .servers import Server, Shared, free_port
from .walking import HOSTILE, SECOND, open_page, set_field, wait_for

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where what these tests share lies: a cache of models, and what a model wrote."""
    return tmp_path_factory.mktemp("hub")


@pytest.fixture(scope="module")
def hub_of_all(place: Path) -> Iterator[Hub]:
    """A hub of models for the page; it must be there before the page starts.

    No two tests take the same model, but where nothing of it is fetched.
    """
    own = {"AutoConfig": "own.OwnConfig"}
    code = OWN_CODE.format(ran=str(place / "ran")).encode()
    pickled = model_files()
    del pickled["model.safetensors"]
    models = {
        "some/tiny-model": model_files(),
        "some/plain": model_files(),
        "some/other": model_files(),
        "some/pickled": pickled,
        "some/large": model_files() | {"model.safetensors": b"w" * 16_000_000},
        "some/gated-model": model_files(),
        "some/own-model": model_files(model_type="own", auto_map=own)
        | {"own.py": code},
        "some/hostile-model": model_files(architectures=[HOSTILE])
        | {"chat_template.jinja": HOSTILE.encode()},
    }
    cards = {"some/hostile-model": {"cardData": {"license": HOSTILE}}}
    with serve(Hub({}, frozenset({"some/gated-model"}), models=models)) as running:
        running.cards = cards
        yield running


@pytest.fixture(autouse=True)
def hub(hub_of_all: Hub, place: Path, monkeypatch: pytest.MonkeyPatch) -> Hub:
    """The same for one test, in the environment."""
    monkeypatch.setenv("HF_ENDPOINT", hub_of_all.address)
    monkeypatch.setenv("HF_HOME", str(place / "hf"))
    monkeypatch.delenv("HF_TOKEN", raising=False)
    hub_of_all.pause = 0
    return hub_of_all


@pytest.fixture(scope="module")
def shared_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shared]:
    """A server for these tests alone, which asks their hub."""
    running = Shared(make_home(tmp_path_factory.mktemp("page") / "home"), free_port())
    yield running
    running.kill()


@pytest.fixture
def server(
    hub: Hub, shared_server: Shared, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Server]:
    """That server, begun anew; it starts when the hub is there."""
    yield from begun_anew(shared_server, monkeypatch)


@pytest.fixture
def page(hub: Hub, browser: Any, server: Any) -> Any:
    """A browser tab on the Model tab, which is the first."""
    return open_page(browser, server)


def see(page: Any, part: str, text: str, seconds: float = 120) -> None:
    """Wait until a part of the page holds a text."""
    try:
        wait_for(lambda: text in page.inner_text(part), seconds)
    except AssertionError as error:
        raise AssertionError(f"{error}: {page.inner_text(part)!r}") from error


def search(page: Any, text: str) -> None:
    """Search for models by name."""
    page.locator("#search-text").locator("input, textarea").fill(text)
    page.click("#search")


def take(page: Any, name: str) -> None:
    """Take a hit of a search."""
    search(page, name)
    hit = page.locator("#search-hits label", has_text=name)
    hit.click(timeout=90 * SECOND)  # the planner may still be starting


def drafted(server: Any) -> Any:
    """The model section of the draft that the server keeps, once it keeps one."""
    wait_for((server.home / "draft.yaml").exists)
    return load(server.home / "draft.yaml").model


def test_search_take_and_read_about_it(page: Any, server: Any) -> None:
    see(page, "#about", "134,515,008")
    see(page, "#about", "Apache-2.0")
    page.locator("#about summary").click()
    see(page, "#chat-template", "<|im_start|>")
    height = page.locator("#about").bounding_box()["height"]
    search(page, "model")
    see(page, "#search-told", "models")
    assert page.locator("#search-hits label").count() == 4
    assert "gated" in page.inner_text("#search-hits")
    take(page, "some/tiny-model")
    wait_for(lambda: drafted(server).name == "some/tiny-model")
    wait_for(lambda: page.input_value("#model-name input") == "some/tiny-model")
    see(page, "#about", "LlamaForCausalLM")
    see(page, "#about", "the cache here")
    assert page.locator("#about").bounding_box()["height"] <= height
    search(page, "nothing of this name")
    see(page, "#search-told", "No model has a name like this.")
    assert not page.is_visible("#search-hits")


def test_gated_missing_and_mistyped_models_are_refused(page: Any, server: Any) -> None:
    take(page, "some/gated-model")
    see(page, "#about", "gated: needs HF_TOKEN")
    see(page, "#about", "accept its licence on its page of the hub")
    page.click("#run-model")
    see(page, ".toast-wrap", "some/gated-model is gated")
    set_field(page, "model.name", "some/odd")
    see(page, "#about", "The hub has no model some/odd")
    set_field(page, "model.name", "/no/such/folder")
    see(page, "#about", "There is no folder /no/such/folder.")
    assert not jobs.status(this_kernel()).cells


def test_code_of_a_model_is_asked_about_first(
    page: Any, server: Any, place: Path
) -> None:
    see(page, "#about", "134,515,008")
    assert not page.is_visible("#model-trust_remote_code")
    take(page, "some/own-model")
    see(page, "#trust", "run any program on this machine")
    assert page.is_visible("#model-trust_remote_code")
    assert not (place / "ran").exists()
    page.locator("#model-trust_remote_code input").check()
    wait_for(lambda: drafted(server).trust_remote_code)
    wait_for(lambda: (place / "ran").exists())
    # It was agreed to for this model, and for no other.
    set_field(page, "model.name", "some/plain")
    wait_for(lambda: drafted(server).name == "some/plain")
    assert not drafted(server).trust_remote_code
    wait_for(lambda: not page.is_visible("#model-trust_remote_code"))


def test_pickles_are_asked_about_first(page: Any, server: Any) -> None:
    see(page, "#about", "134,515,008")
    assert not page.is_visible("#model-allow_pickle")
    take(page, "some/pickled")
    see(page, "#pickles", "This model's weights are pickles.")
    page.click("#run-model")
    see(page, ".toast-wrap", "some/pickled has only pickled weights")
    page.locator("#model-allow_pickle input").check()
    wait_for(lambda: drafted(server).allow_pickle)
    set_field(page, "model.name", "some/other")
    wait_for(lambda: drafted(server).name == "some/other")
    assert not drafted(server).allow_pickle
    wait_for(lambda: not page.is_visible("#model-allow_pickle"))
    assert not jobs.status(this_kernel()).cells


def test_gguf_file_is_unpacked_and_used(page: Any, server: Any, tmp_path: Path) -> None:
    broken, file = tmp_path / "broken.gguf", write_gguf(tmp_path / "tiny.gguf")
    broken.write_bytes(b"GGUF")
    assert not page.is_visible("#unpack")
    set_field(page, "model.name", str(broken))
    see(page, "#about", "is no GGUF file, or a broken one")
    page.click("#unpack")
    see(page, "#unpacking", "is no GGUF file, or a broken one")
    set_field(page, "model.name", str(file))
    see(page, "#about", "unpack it once")
    see(page, "#about", "a GGUF file")
    page.click("#run-model")
    see(page, ".toast-wrap", "tunebook unpack")
    page.click("#unpack")
    see(page, "#unpacking", "looking at the file")
    folder = unpacked_folder(file)
    wait_for(lambda: drafted(server).name == str(folder), 120)
    try:
        wait_for(lambda: page.input_value("#model-name input") == str(folder))
        see(page, "#about", "a folder here")
        assert not page.is_visible("#unpack")
    finally:
        shutil.rmtree(folder)  # the tests share one folder of models


@pytest.mark.train
def test_download_is_followed(page: Any, server: Any, hub: Hub) -> None:
    hub.pause = 0.05  # 16 MB in about 12 seconds
    take(page, "some/large")
    see(page, "#about", "16 MB")
    page.click("#run-model")
    see(page, "#loading", "downloading: ", 240)
    see(page, "#loading", " of 16 MB")
    see(page, "#loading", "left")
    wait_for(
        lambda: not page.inner_text("#loading").strip(), 120
    )  # these weights are none


def test_what_a_model_says_is_text(page: Any) -> None:
    take(page, "some/hostile-model")
    see(page, "#about", "onerror")
    page.locator("#about summary").click()
    see(page, "#chat-template", "onerror")
    assert page.title() != "owned"
    assert page.locator("#cell-model img").count() == 0


def test_chinese_page_on_a_phone(browser: Any, server: Any, hub: Hub) -> None:
    size = {"width": 390, "height": 800}
    page = open_page(browser, server, "zh", viewport=size)
    see(page, "#about", "参数量")
    search(page, "model")
    see(page, "#search-told", "找到 4 个模型")
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= size["width"]
    take(page, "some/own-model")
    see(page, "#trust", "运行任意程序")
