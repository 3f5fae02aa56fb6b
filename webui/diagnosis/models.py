"""A model whose files cannot be used, or that does not suit what is asked of it."""

from webui.diagnosis.cause import Cause

MODELS = (
    Cause(
        "no_safetensors",
        r"does not appear to have a file named \S*safe|no file named \S*safe",
        "The model has no safetensors weights, and others are not loaded unasked: "
        "they could run code.",
        "该模型没有 safetensors 权重；其他格式可能执行代码，未经允许不会加载。",
        "Choose a copy of the model that has them, or set model.allow_pickle if "
        "you trust its authors.",
        "请选择提供 safetensors 权重的版本；若信任其作者，可设置 model.allow_pickle。",
    ),
    Cause(
        "broken_model",
        r"Error while deserializing header|is not a valid JSON file"
        r"|PytorchStreamReader failed|size mismatch for",
        "A file of the model is damaged, not whole (as after a download that was "
        "cut off), or of another model.",
        "模型文件损坏、不完整（例如下载曾经中断），或属于另一个模型。",
        "Delete the model's folder (in the hub's cache, or where you put it) and "
        "run again, so that it is fetched anew.",
        "请删除该模型的文件夹（模型库缓存中或自己存放处），再运行以重新下载。",
    ),
    Cause(
        "lacking_files",
        r"Can't load the (?:configuration|model|tokenizer)[^\n]*'([^']+)'",
        "The files of {found} could not be fetched, or not all of them are there.",
        "无法获取 {found} 的文件，或文件不齐全。",
        "Run again if the network was cut off; else check the model's name "
        "(model.name) and its folder.",
        "若网络曾中断，请重新运行；否则请检查模型名称（model.name）及其文件夹。",
    ),
    Cause(
        "no_chat_template",
        r"chat_template is not set|chat template functions",
        "The model has no chat template, so it is no chat model.",
        "该模型没有对话模板，不是对话模型。",
        "Choose the variant whose name ends in Instruct or Chat.",
        "请选择名称带 Instruct 或 Chat 的版本。",
    ),
    Cause(
        "other_count",
        r"MiscountError: planned were (?P<planned>[\d,]+(?: of [\d,]+)?) [\w ]+, "
        r"loaded were (?P<loaded>[\d,]+(?: of [\d,]+)?)",
        "The loaded model is not the planned one, so nothing was trained: by the "
        "plan {planned} parameters learn, in the loaded model {loaded}.",
        "已加载的模型与计划不符，因此没有训练：计划中可训练参数为 {planned}，"
        "实际加载的为 {loaded}。",
        "Compare the Parameters tab (or `tunebook plan`) with the log: Unsloth or "
        "PEFT changed the targets, or loaded another copy of the model. Name "
        "modules that this model has, or choose another model.",
        "请对照“参数”页（或 `tunebook plan`）与日志："
        "Unsloth 或 PEFT 改动了目标模块，或加载了该模型的另一份副本。"
        "请填写该模型确有的模块，或更换模型。",
    ),
    Cause(
        "passed_over",
        r"MiscountError: the loaded model has no ([^\n]+)",
        "The loaded model has no {found}, which the adapter was asked to reach, so "
        "nothing was trained.",
        "已加载的模型没有适配器所要求的 {found}，因此没有训练。",
        "Choose modules and layers that it has; the list of the model's modules "
        "stands in `tunebook plan` once its configuration can be read.",
        "请选择该模型确有的模块和层；读到模型配置后，`tunebook plan` 会列出其模块。",
    ),
    Cause(
        "no_targets",
        r"Target modules \{?(.*?)\}? not found",
        "The model has no layers called {found}, so nothing would learn.",
        "该模型没有名为 {found} 的层，没有可训练的内容。",
        "Choose other target modules; `tunebook plan` names those that it has.",
        "请选择其他目标模块；`tunebook plan` 会列出可用的模块。",
    ),
)
