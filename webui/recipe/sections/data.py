"""Section `data`: which rows to learn from, and how a row becomes a conversation."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator

from webui.recipe.field import Section, field
from webui.recipe.formats import FORMATS, FormatName
from webui.text import Text


def several(value: Any) -> Any:
    """One file may be written without a list, and no file as an empty text."""
    return [value] * bool(value) if isinstance(value, str) else value


Files = Annotated[tuple[str, ...], BeforeValidator(several)]
FROM_HUB = {"data.source": "hub"}
LABELLED = ("classification", "ner", "pos")


class Data(Section):
    """Which rows to learn from, and how a row becomes a conversation."""

    source: Literal["files", "hub"] = field(
        "files",
        title=("Rows come from", "数据来源"),
        help=(
            "Files on this machine, or a data set of the model hub.",
            "本机文件，或模型库中的数据集。",
        ),
        choice_titles={
            "files": Text("files", "文件"),
            "hub": Text("the hub", "模型库"),
        },
    )
    train_files: Files = field(
        (),
        title=("Training files", "训练文件"),
        help=(
            "JSON, JSONL, CSV, TSV, Parquet, XLSX, TXT or Markdown.",
            "JSON、JSONL、CSV、TSV、Parquet、XLSX、TXT 或 Markdown。",
        ),
        more=(
            "Also in gzip or zip, or a folder saved by datasets. Several are read "
            "one after another.",
            "也可为 gzip、zip，或 datasets 保存的文件夹。多个文件依次读取。",
        ),
        file=True,
        shown_when={"data.source": "files"},
    )
    hub_dataset: str = field(
        "",
        title=("Data set", "数据集"),
        help=(
            "Its id on the hub, such as tatsu-lab/alpaca.",
            "模型库中的名称，如 tatsu-lab/alpaca。",
        ),
        more=(
            "In the environment, HF_ENDPOINT names a mirror and HF_TOKEN opens "
            "gated ones.",
            "环境变量 HF_ENDPOINT 指定镜像，HF_TOKEN 用于需授权的数据集。",
        ),
        max_length=300,
        shown_when=FROM_HUB,
    )
    hub_config: str = field(
        "",
        title=("Configuration", "配置"),
        help=("Needed where the data set has several.", "数据集有多个配置时需要填写。"),
        max_length=300,
        shown_when=FROM_HUB,
    )
    hub_split: str = field(
        "train",
        title=("Split", "划分"),
        help=("The part to train on.", "用来训练的部分。"),
        max_length=300,
        shown_when=FROM_HUB,
    )
    hub_revision: str = field(
        "",
        title=("Revision", "版本"),
        help=(
            "A branch, tag or commit, so that the same rows come again. Empty: newest.",
            "分支、标签或提交，便于复现。留空则取最新。",
        ),
        max_length=300,
        shown_when=FROM_HUB,
    )
    format: FormatName = field(
        "alpaca",
        title=("Format", "格式"),
        help=(
            "What a row holds, and what the model learns from it.",
            "每条数据包含什么、模型从中学到什么。",
        ),
        choice_titles={name: format.title for name, format in FORMATS.items()},
    )
    columns: dict[str, str] = field(
        {},
        title=("Columns", "列的对应"),
        help=(
            "Which column holds which part, where their names differ.",
            "列名与格式不同时，指定各部分所在的列。",
        ),
        more=(
            "A dot leads into nested values: answers.text.0.",
            "用点号进入嵌套值：answers.text.0。",
        ),
    )
    instruction: str = field(
        "",
        title=("Instruction", "指令"),
        help=(
            "Put before every question. Empty: the format's own, if it has one.",
            "放在每个问题之前。留空则用该格式自带的指令（如有）。",
        ),
        max_length=4000,
        lines=2,
    )
    label_names: tuple[str, ...] = field(
        (),
        title=("Label names", "标签名称"),
        help=(
            "Words for labels that are numbers: the first for 0, the next for 1.",
            "标签为数字时对应的文字：第一个对应 0，第二个对应 1。",
        ),
        shown_when={"data.format": LABELLED},
    )
    system_prompt: str = field(
        "",
        title=("System prompt", "系统提示词"),
        help=(
            "Put before conversations that have none. Empty: what the template does.",
            "放在没有系统提示词的每段对话之前。留空则按模板处理。",
        ),
        max_length=4000,
        lines=2,
    )
    template: Literal[
        "model",
        "chatml",
        "zephyr",
        "alpaca",
        "llama2",
        "llama3",
        "gemma",
        "mistral",
        "qwen",
        "phi",
        "custom",
    ] = field(
        "model",
        title=("Chat template", "对话模板"),
        help=(
            "How turns become text. A chat model learns best with its own.",
            "对话如何拼成文本。对话模型最好用自带模板。",
        ),
        more=(
            "A base model that has none gets Zephyr's.",
            "没有模板的基座模型使用 Zephyr 模板。",
        ),
        choice_titles={
            "model": Text("the model's own", "模型自带"),
            "chatml": Text("ChatML", "ChatML"),
            "zephyr": Text("Zephyr", "Zephyr"),
            "alpaca": Text("Alpaca", "Alpaca"),
            "llama2": Text("Llama 2", "Llama 2"),
            "llama3": Text("Llama 3", "Llama 3"),
            "gemma": Text("Gemma", "Gemma"),
            "mistral": Text("Mistral", "Mistral"),
            "qwen": Text("Qwen", "Qwen"),
            "phi": Text("Phi", "Phi"),
            "custom": Text("your own (Jinja)", "自定义（Jinja）"),
        },
    )
    custom_template: str = field(
        "",
        title=("Your template", "自定义模板"),
        help=(
            "A Jinja template over `messages`.",
            "基于 `messages` 的 Jinja 模板。",
        ),
        more=(
            "It has `add_generation_prompt` and the special tokens, as "
            "Transformers reads it, and runs in a sandbox.",
            "可用 `add_generation_prompt` 和特殊 token，与 Transformers 相同，在沙"
            "箱中运行。",
        ),
        max_length=20_000,
        lines=6,
        shown_when={"data.template": "custom"},
    )
    train_on: Literal["answers", "everything"] = field(
        "answers",
        title=("Train on", "训练范围"),
        help=(
            "'Answers only' hides the question from the loss.",
            "“只训练回答”会把问题排除在损失之外。",
        ),
        more=(
            "The model then learns to answer and not to ask.",
            "模型学的是回答而不是提问。",
        ),
        choice_titles={
            "answers": Text("answers only", "只训练回答"),
            "everything": Text("every token", "全部 token"),
        },
    )
    thoughts: Literal["learn", "leave_out"] = field(
        "learn",
        title=("Thoughts", "思考过程"),
        help=(
            "Whether the thought behind an answer is learned with it.",
            "回答背后的思考过程是否一起学习。",
        ),
        more=(
            "Where rows hold one, it is learned with the answer, or left out of it.",
            "数据中若带有思考过程，可与回答一起学习，也可略去。",
        ),
        choice_titles={
            "learn": Text("learn them", "一并学习"),
            "leave_out": Text("leave them out", "略去"),
        },
    )
    packing: bool = field(
        False,
        title=("Packing", "打包"),
        help=(
            "Put several short rows into one sequence: faster.",
            "把多条短数据拼成一个序列：更快。",
        ),
        more=(
            "None of them sees another. Steps are fewer and larger.",
            "彼此互不可见；步数更少、每步更大。",
        ),
    )
    accept_warnings: bool = field(
        False,
        title=("Train in spite of warnings", "忽略警告继续训练"),
        help=(
            "You have read the warnings and want to train all the same.",
            "看过警告后仍要训练。",
        ),
        more=(
            "Without, warnings about the data stop a training before it starts.",
            "否则，数据有警告时不会开始训练。",
        ),
        in_code=False,
    )
