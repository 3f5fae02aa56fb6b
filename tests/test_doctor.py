"""The doctor names what is missing, why a precision was chosen, and the fix."""

import dataclasses
import json
import platform
import re
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from webui import doctor, settings
from webui.doctor import Device, Finding

ROOT = Path(__file__).parent.parent
T4 = Device("cuda", "Tesla T4", "2.13.0", bf16=False, capability="7.5")
CPU = Device("cpu", "CPU", "2.13.0+cpu", bf16=False)


@pytest.mark.parametrize("fits", [(3, 10), (3, 11), (3, 12), (3, 13)])
def test_supported_pythons_fit(fits: tuple[int, int]) -> None:
    assert doctor.check_python(fits).ok


@pytest.mark.parametrize("unfit", [(3, 9), (3, 14), (4, 0)])
def test_other_pythons_do_not_fit(unfit: tuple[int, int]) -> None:
    finding = doctor.check_python(unfit)
    assert not finding.ok and "PYTHON=python3.13" in finding.fix


def test_a_package_that_fits_is_named_with_its_version() -> None:
    finding = doctor.check_package(Requirement("pydantic>=2"))
    assert finding.ok and finding.detail == version("pydantic")


def test_a_package_of_another_version_is_mended_by_pip() -> None:
    finding = doctor.check_package(Requirement("pydantic==1.0"))
    assert not finding.ok and finding.required
    assert finding.detail == f"{version('pydantic')} does not fit: ==1.0 does"
    assert finding.fix == f"{sys.executable} -m pip install pydantic==1.0"


def test_a_package_that_is_missing_is_mended_by_pip() -> None:
    finding = doctor.check_package(Requirement("no-such-package>=3"))
    assert not finding.ok and "not installed" in finding.detail
    assert finding.fix.endswith("-m pip install 'no-such-package>=3'")


def test_a_local_build_of_a_version_fits() -> None:
    wanted = Requirement("torch==2.13.0")
    assert wanted.specifier.contains("2.13.0+cpu")


def test_unsloth_is_installed_alone() -> None:
    fixes = [doctor.check_package(Requirement(each)).fix for each in doctor.UNSLOTH]
    assert all("--no-deps" in fix for fix in fixes)


def test_unsloths_version_is_the_one_that_make_installs() -> None:
    lines = (ROOT / "requirements-unsloth.txt").read_text().splitlines()
    assert tuple(line for line in lines if line[:1] not in ("", "#")) == doctor.UNSLOTH


def test_uv_installs_the_same_unsloth_and_nothing_that_it_brings_along() -> None:
    project = (ROOT / "pyproject.toml").read_text()
    [group] = re.findall(r"(?m)^here = \[(.*)\]$", project)
    assert {f'"{each}"' for each in doctor.UNSLOTH} <= {*group.split(", ")}
    for name, number in (each.split("==") for each in doctor.UNSLOTH):
        alone = f'name = "{name.replace("_", "-")}"\nversion = "{number}"'
        assert f"{alone}\nrequires-dist = []" in project


def test_declared_packages_are_checked_without_those_of_developers() -> None:
    names = [finding.name for finding in doctor.check_packages()]
    if names == ["tunebook"]:
        pytest.skip("tunebook is not installed here, only its checkout is")
    assert {"gradio", "torch", "trl", "unsloth", "unsloth_zoo"} <= set(names)
    assert len(names) == len(set(names)) and "pytest" not in names


def test_the_set_is_mended_as_a_whole() -> None:
    fits = Finding("trl", True, "1.15.0")
    lacks = Finding("peft", False, "is not installed", "pip install peft")
    assert doctor.check_set([fits]).ok
    found = doctor.check_set([fits, lacks])
    assert not found.ok and found.fix.split("  #")[0].endswith("-m webui.install")
    assert doctor.UNSLOTH[0].replace("==", " ") in found.detail


def test_a_t4_computes_in_fp16_for_want_of_bf16() -> None:
    assert doctor.choose_precision(T4) == (
        "fp16",
        "the Tesla T4 (compute capability 7.5) has no bf16: that begins with 8.0",
    )


@pytest.mark.parametrize(
    ("machine", "flags", "bf16"),
    [
        ("x86_64", {"avx2", "avx512_bf16"}, True),
        ("amd64", {"amx_bf16"}, True),
        ("x86_64", {"avx2", "bf16"}, False),
        ("aarch64", {"asimd", "bf16"}, True),
        ("arm64", {"asimd"}, False),
        ("arm64", set(), None),
        ("riscv64", {"bf16"}, None),
    ],
)
def test_what_a_processor_has_is_told_by_its_flags_or_not_at_all(
    machine: str, flags: set[str], bf16: bool | None
) -> None:
    assert doctor.bf16_by_flags(machine, flags) is bf16


ASK = """
import unsloth
from unsloth_zoo.cpu.runtime import cpu_bf16_supported, cpu_flags
print(cpu_bf16_supported(), *cpu_flags())
"""


def test_the_rule_for_processors_is_unsloth_s() -> None:
    told = subprocess.run([sys.executable, "-c", ASK], capture_output=True, text=True)
    assert told.returncode == 0, told.stderr
    verdict, *flags = told.stdout.splitlines()[-1].split()
    assert doctor.cpu_flags() == {*flags}
    known = doctor.bf16_by_flags(platform.machine().lower(), doctor.cpu_flags())
    assert str(known) in ("None", verdict)


def test_an_a100_computes_in_bf16() -> None:
    a100 = dataclasses.replace(T4, name="A100", bf16=True, capability="8.0")
    precision, reason = doctor.choose_precision(a100)
    assert precision == "bf16" and "8.0" in reason


def test_a_cpu_computes_in_what_it_has_instructions_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("UNSLOTH_CPU_BF16", raising=False)
    precision, reason = doctor.choose_precision(CPU)
    assert precision == "fp32" and "emulated bf16 is slower" in reason
    modern = dataclasses.replace(CPU, bf16=True)
    precision, reason = doctor.choose_precision(modern)
    assert precision == "bf16" and "instructions" in reason
    monkeypatch.setenv("UNSLOTH_CPU_BF16", "0")
    assert doctor.choose_precision(CPU) == ("fp32", "UNSLOTH_CPU_BF16 is 0")


def test_the_home_is_not_made_by_looking(tmp_path: Path) -> None:
    home, disk = doctor.check_home(tmp_path / "not" / "yet")
    assert home.ok and disk.ok and "GB free" in disk.detail
    assert list(tmp_path.iterdir()) == []


def test_a_home_that_is_a_file_cannot_be_written(tmp_path: Path) -> None:
    file = tmp_path / "a file"
    file.touch()
    home = doctor.check_home(file / "home")[0]
    assert not home.ok and "cannot be written" in home.detail
    assert f"'{file}/home'" in home.fix


def test_a_missing_starter_is_fetched_by_a_command(tmp_path: Path) -> None:
    finding = doctor.check_starter(tmp_path)
    assert (finding.ok, finding.fix) == (False, "tunebook starter")


def test_a_kernel_is_seen_by_its_connection_file(tmp_path: Path) -> None:
    assert doctor.check_kernel(tmp_path).detail == "none is running"
    (tmp_path / "connection.json").touch()
    assert str(tmp_path) in doctor.check_kernel(tmp_path).detail


def test_the_report_sets_each_fix_under_its_finding() -> None:
    findings = [
        Finding("torch", True, "2.13.0"),
        Finding("trl", False, "is not installed", "pip install trl"),
        Finding("chromium", False, "none", required=False),
    ]
    assert doctor.report(findings).splitlines() == [
        "ok      torch     2.13.0",
        "MISSING trl       is not installed",
        "                  mend it with: pip install trl",
        "note    chromium  none",
    ]


EXAMINE = """
import dataclasses, json, sys
from webui import doctor

findings = [dataclasses.asdict(finding) for finding in doctor.examine()]
heavy = {"torch", "transformers", "unsloth", "gradio"} & set(sys.modules)
print(json.dumps({"findings": findings, "heavy": sorted(heavy)}))
"""


@pytest.mark.train
def test_the_examination_loads_no_torch_here(tunebook_home: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", EXAMINE], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert said["heavy"] == []
    found = {finding["name"]: finding for finding in said["findings"]}
    assert found["device"]["ok"] and version("torch") in found["device"]["detail"]
    assert found["precision"]["detail"].split(",")[0] in ("bf16", "fp16", "fp32")
    assert str(settings.starter_folder()) in found["starter model"]["detail"]
    assert all(finding["fix"] == "" for finding in said["findings"] if finding["ok"])


LOAD = """
import sys
from unsloth import FastLanguageModel

model, tokenizer = FastLanguageModel.from_pretrained(
    sys.argv[1], dtype=None, load_in_4bit=False, max_seq_length=256
)
print(model.dtype, tokenizer.eos_token, tokenizer.pad_token)
"""


@pytest.mark.train
@pytest.mark.usefixtures("fresh")  # as it is asked on a machine of a user
def test_the_precision_is_the_one_that_unsloth_takes(tunebook_home: Path) -> None:
    device = doctor.ask_device()
    assert isinstance(device, Device), device
    command = [sys.executable, "-c", LOAD, str(settings.starter_folder())]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    names = {"bf16": "torch.bfloat16", "fp16": "torch.float16", "fp32": "torch.float32"}
    dtype, end, pad = done.stdout.splitlines()[-1].split()
    assert dtype == names[doctor.choose_precision(device)[0]]
    assert (end, pad) == ("<|im_end|>", "<|endoftext|>")
