"""The Dockerfile, the compose files and the Space say the same of one page.

Building the image takes a builder and gigabytes; here its parts are held together.
"""

import argparse
import json
import re
import subprocess
from pathlib import Path

import pytest
import yaml

from webui.commands import options

ROOT = Path(__file__).parents[1]
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
# One instruction a line.
INSTRUCTIONS = re.sub(r"\\\n", " ", re.sub(r"(?m)^#.*\n", "", DOCKERFILE)).splitlines()
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))
ON_CUDA = yaml.safe_load((ROOT / "compose.cuda.yaml").read_text("utf-8"))


def instruction(name: str) -> str:
    """What the only instruction of a kind says."""
    [found] = [line for line in INSTRUCTIONS if line.startswith(f"{name} ")]
    return found.removeprefix(f"{name} ").strip()


def port() -> str:
    return instruction("EXPOSE")


@pytest.fixture(scope="module")
def space(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `make space` lays together."""
    folder = tmp_path_factory.mktemp("space") / "space"
    make = ["make", "-s", "-C", str(ROOT), "space", f"SPACE={folder}"]
    subprocess.run(make, check=True)
    return folder


def test_the_command_is_one_of_ours() -> None:
    program, *words = json.loads(instruction("CMD"))
    assert program == "tunebook"
    given: argparse.Namespace = options.parser().parse_args(words)
    assert (given.command, given.host, str(given.port)) == ("page", "0.0.0.0", port())


def test_it_is_not_root_and_its_home_is_the_volume() -> None:
    assert instruction("USER") not in ("0", "root")
    assert f"TUNEBOOK_HOME={instruction('VOLUME')}" in DOCKERFILE
    assert "HF_HOME=/data/" in DOCKERFILE
    assert f":{port()}/" in instruction("HEALTHCHECK")


def test_the_password_of_the_environment_is_taken(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    monkeypatch.setenv("TUNEBOOK_AUTH", "me:a:word")
    assert options.parser().parse_args(["page"]).auth == ("me", "a:word")
    monkeypatch.setenv("TUNEBOOK_AUTH", "")
    assert options.parser().parse_args(["page"]).auth is None
    monkeypatch.setenv("TUNEBOOK_AUTH", "nobody")
    with pytest.raises(SystemExit):
        options.parser().parse_args(["page"])
    assert "USER:PASSWORD" in capsys.readouterr().err


def test_compose_keeps_the_home_and_opens_the_page_to_this_machine_alone() -> None:
    service = COMPOSE["services"]["tunebook"]
    [volume], [published] = service["volumes"], service["ports"]
    name, _, target = volume.partition(":")
    assert target == instruction("VOLUME") and name in COMPOSE["volumes"]
    assert published.startswith("127.0.0.1:") and published.endswith(f":{port()}")
    assert "TUNEBOOK_AUTH" in service["environment"]


def test_cuda_is_the_base_that_the_dockerfile_and_the_space_name() -> None:
    base = ON_CUDA["services"]["tunebook"]["build"]["args"]["BASE"]
    assert f"BASE={base}" in DOCKERFILE.replace("#   --build-arg ", "")
    told = (ROOT / "spaces" / "README.md").read_text("utf-8")
    assert told.count(f"ARG BASE={base}") == 2


def test_the_image_gets_what_installing_reads(space: Path) -> None:
    lines = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    let_in = {line[1:] for line in lines if line.startswith("!")}
    assert lines[1] == "*" and let_in == {
        path.name for path in space.iterdir() if path.name not in FOR_THE_BUILDER
    }
    for name in re.findall(r"/src/([\w.-]+)", DOCKERFILE):
        assert name in let_in


FOR_THE_BUILDER = {"Dockerfile", ".dockerignore"}


def test_a_space_is_built_from_the_same_file_and_listens_on_its_port(
    space: Path,
) -> None:
    from huggingface_hub import SpaceCard

    card = SpaceCard.load(space / "README.md").data
    assert (card.sdk, str(card.app_port)) == ("docker", port())
    assert len(card.short_description) <= 60  # the hub refuses longer ones
    assert (space / "webui" / "cli.py").is_file()
    assert not list(space.rglob("__pycache__"))
