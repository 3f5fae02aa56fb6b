"""Formats in which the words of a sentence are tagged."""

from webui.recipe.formats.format import Format, Role
from webui.text import Text

NER = Format(
    "ner",
    Text("named entities", "命名实体识别"),
    Text(
        "A row holds the tokens of a sentence and a tag for each (B-PER, I-PER, O), or "
        "a text and its entities; the model learns to list the entities as JSON.",
        "每条包含句子的各个词及其标注（B-PER、I-PER、O），或一段文本及其实体；"
        "模型学习以 JSON 列出实体。",
    ),
    (
        Role(
            "tokens",
            Text("tokens or text", "词或文本"),
            "words text sentence tokenized_text content 词 文本 句子 分词",
            kinds=("texts", "text"),
        ),
        Role(
            "labels",
            Text("tags or entities", "标注或实体"),
            "ner_tags ner tags label entities spans ner_labels named_entities tag "
            "标签 标注 实体",
            kinds=("bio", "spans", "numbers"),
        ),
    ),
    Text(
        "List the named entities of the following text as JSON, each with its entity "
        "and type.",
        "以 JSON 列出下面文本中的命名实体，每个实体包含 entity 和 type。",
    ),
)

POS = Format(
    "pos",
    Text("parts of speech", "词性标注"),
    Text(
        "A row holds the tokens of a sentence and the part of speech of each; the "
        "model learns to write it behind every token.",
        "每条包含句子的各个词及其词性；模型学习在每个词后写出词性。",
    ),
    (
        Role(
            "tokens",
            Text("tokens", "词"),
            "words tokenized_text 词 分词",
            kinds=("texts",),
        ),
        Role(
            "labels",
            Text("parts of speech", "词性"),
            "upos pos_tags pos xpos tags upos_tags 词性 标签 标注",
            kinds=("tags", "numbers"),
        ),
    ),
    Text(
        "Write the part of speech behind every word, as word/TAG.",
        "在每个词后面标出词性，写成“词/词性”。",
    ),
)

TAGGING = (NER, POS)
