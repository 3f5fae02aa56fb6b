"""What the process does that unpacks a GGUF file: read, mend, write, rename."""

import json
import os
from pathlib import Path
from typing import Any

import psutil

from webui.errors import PlannerError, reason
from webui.figures import in_bytes
from webui.files import free_bytes
from webui.models.gguf import Header, read_header
from webui.models.gguf_tokenizer import tokenizer_of
from webui.planner.job import Gauge
from webui.text import Text

LOOKING, READING, WRITING = range(3)
STAGES = (
    Text("looking at the file", "正在查看文件"),
    Text("unpacking the weights", "正在解包权重"),
    Text("writing the folder", "正在写入文件夹"),
)
WRITTEN = "unpacked.json"  # written last: the folder is whole
# Of a weight. In memory lie the tensors and the model, both in bf16, and some of the
# tensors in fp32.
BYTES_ON_DISK, BYTES_IN_MEMORY = 2, 5
LIBRARIES = 500_000_000  # bytes of memory
ROOM_LEFT = 50_000_000  # bytes of disk that stay free


def unpacked_offline(file: Path, scratch: Path, target: Path, gauge: Gauge) -> Path:
    """What ``unpack_model`` does, in a process that has this for its only work."""
    os.environ["HF_HUB_OFFLINE"] = "1"  # everything is in the file
    return unpack_model(file, scratch, target, gauge)


def unpack_model(file: Path, scratch: Path, target: Path, gauge: Gauge) -> Path:
    """The folder with the model of a GGUF file, in bf16.

    Raises:
        PlannerError: why there is none.
    """
    header = read_header(file)
    refuse_disk(header.parameters, scratch)
    refuse_memory(header.parameters)
    made = scratch / "model"
    try:
        convert_gguf(file, header, made, gauge)
        about = {"file": str(file), "license": header.licence}
        (made / "origin.json").write_text(json.dumps(about), "utf-8")
        (made / WRITTEN).write_text(json.dumps({"version": 1}), "utf-8")
        put_in_place(made, target)
    except OSError as error:
        raise not_written(target, error) from error
    return target


def convert_gguf(file: Path, header: Header, folder: Path, gauge: Gauge) -> None:
    """Write a GGUF file's model in bf16, and its tokenizer, as Transformers loads them.

    Raises:
        PlannerError: if the file cannot be read.
        OSError: if the disk refuses.
    """
    tokenizer = tokenizer_of(file, header)
    model = gguf_model(file, header, gauge)
    mend_model(model, tokenizer)
    gauge.tell(WRITING)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)


def refuse_disk(parameters: int, folder: Path) -> None:
    """Refuse a model that the disk of a folder has no room for."""
    wanted, free = BYTES_ON_DISK * parameters, free_bytes(folder)
    if free is not None and wanted + ROOM_LEFT > free:
        raise PlannerError.of(
            f"The unpacked model takes {in_bytes(wanted)} and {in_bytes(free)} are "
            f"free on the disk of {folder.parent}; free some, or set TUNEBOOK_HOME to "
            "a larger disk.",
            f"解包后的模型需要 {in_bytes(wanted)}，而 {folder.parent} 所在磁盘只剩 "
            f"{in_bytes(free)}；请清理磁盘，或把 TUNEBOOK_HOME 设到更大的磁盘。",
        )


def refuse_memory(parameters: int) -> None:
    """Refuse a model that the memory has no room for while it is unpacked."""
    wanted = BYTES_IN_MEMORY * parameters + LIBRARIES
    free = psutil.virtual_memory().available + psutil.swap_memory().free
    if wanted > free:
        raise PlannerError.of(
            f"Unpacking takes about {in_bytes(wanted)} of memory and {in_bytes(free)} "
            "are free; close other programs, or choose a smaller model.",
            f"解包约需 {in_bytes(wanted)} 内存，目前只剩 {in_bytes(free)}；"
            "请关闭其他程序，或选择更小的模型。",
        )


def gguf_model(file: Path, header: Header, gauge: Gauge) -> Any:
    """The file's model in bf16, on the CPU.

    Raises:
        PlannerError: if Transformers cannot read it.
    """
    import torch
    from transformers import AutoModelForCausalLM

    count_unpacked(header.parameters, gauge)
    try:
        model, told = AutoModelForCausalLM.from_pretrained(
            file.parent,
            gguf_file=file.name,
            dtype=torch.bfloat16,
            output_loading_info=True,
        )
    except Exception as error:
        raise not_readable(file, reason(error)) from error
    # They would be drawn by chance, and nothing would say so.
    if lacking := sorted(told["missing_keys"]):
        raise not_readable(file, f"it finds no {lacking[0]}")
    return model


def not_readable(file: Path, why: str) -> PlannerError:
    """Transformers does not know such files, or knows them otherwise."""
    return PlannerError.of(
        f"Transformers cannot read the model in {file.name} ({why}); choose a "
        "copy of the model with safetensors.",
        f"Transformers 无法读取 {file.name} 中的模型（{why}）；"
        "请改用该模型的 safetensors 版本。",
    )


def count_unpacked(total: int, gauge: Gauge) -> None:
    """Tell of each tensor that is unpacked from now on in this process.

    Transformers tells of none; it calls this function of gguf once for each.
    """
    import gguf

    unpack_one, done, tell = gguf.dequantize, 0, gauge.begin(READING)

    def counting(data: Any, kind: Any) -> Any:
        nonlocal done
        values = unpack_one(data, kind)
        done += int(values.size)
        tell(min(1.0, done / max(1, total)))
        return values

    gguf.dequantize = counting


def mend_model(model: Any, tokenizer: Any) -> None:
    """Plain weights: a model that is "GGUF" refuses to be saved."""
    if hasattr(model.config, "quantization_config"):
        del model.config.quantization_config
    model.hf_quantizer = None
    vars(model.config).pop("_model_name_or_path", None)  # a title, and no path
    for config in (model.config, model.generation_config):
        config.bos_token_id = tokenizer.bos_token_id
        config.eos_token_id = tokenizer.eos_token_id
        config.pad_token_id = tokenizer.pad_token_id


def put_in_place(made: Path, target: Path) -> None:
    """Rename the whole folder; another process may have been first."""
    try:
        made.rename(target)
    except OSError:
        if not (target / WRITTEN).is_file():
            raise


def not_written(target: Path, error: OSError) -> PlannerError:
    """The disk refused."""
    why = error.strerror or error
    return PlannerError.of(
        f"{target} could not be written ({why}); free some disk, or set "
        "TUNEBOOK_HOME to another folder.",
        f"无法写入 {target}（{why}）；请清理磁盘，或把 TUNEBOOK_HOME 设为其他文件夹。",
    )
