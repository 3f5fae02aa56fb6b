"""Formats whose rows all hold one task and do not say which: an instruction does."""

from webui.recipe.formats.format import REASONING, Format, Role
from webui.text import Text

READING = Format(
    "reading",
    Text("sentence, question, answer", "句子、问题、答案"),
    Text(
        "A row holds a sentence or a longer passage, a question about it and the "
        "answer, as in SQuAD or in adversarial sets; the model learns to answer from "
        "what it reads.",
        "每条包含一个句子或较长的段落、相关的问题和答案，如 SQuAD 或对抗性数据集；"
        "模型学习根据所读内容作答。",
    ),
    (
        Role(
            "sentence",
            Text("sentence or passage", "句子或段落"),
            "context passage paragraph document article story text background "
            "support 句子 段落 上下文 文章 原文 材料",
        ),
        Role("question", Text("question", "问题"), "query problem 问题 提问"),
        Role(
            "answer",
            Text("answer", "答案"),
            "answers.text answers answer.text response final_decision correct_answer "
            "答案 回答",
        ),
        REASONING,
    ),
    Text("Answer the question about the following text.", "阅读下面的文本，回答问题。"),
)

TRANSLATION = Format(
    "translation",
    Text("translation", "翻译"),
    Text(
        "A row holds a text and its translation; the model learns to translate in this "
        "direction.",
        "每条包含一段原文及其译文；模型学习按这个方向翻译。",
    ),
    (
        Role(
            "source",
            Text("source", "原文"),
            "src source_text source_sentence original sentence1 原文 源文本 源语言 源",
        ),
        Role(
            "target",
            Text("translation", "译文"),
            "tgt target_text target_sentence translation translated reference 译文 "
            "翻译 目标文本 目标语言 目标",
        ),
    ),
    Text("Translate the following text.", "翻译下面的文本。"),
)

CLASSIFICATION = Format(
    "classification",
    Text("text and label", "文本分类"),
    Text(
        "A row holds a text and its label; the model learns to answer with the label.",
        "每条包含一段文本及其标签；模型学习用标签作答。",
    ),
    (
        Role(
            "text",
            Text("text", "文本"),
            "sentence sentence1 premise text1 question1 content review review_body "
            "comment tweet title review_text query utterance text_a headline news "
            "文本 句子 内容 评论 question",
        ),
        Role(
            "second_text",
            Text("second text", "第二段文本"),
            "sentence2 hypothesis text_b text2 question2 question",
            optional=True,
        ),
        Role(
            "label",
            Text("label", "标签"),
            "label_text label_desc label_name labels class category sentiment "
            "emotion intent topic class_name class_index stars 标签 类别 分类 情感 "
            "意图",
        ),
        REASONING,
    ),
    Text(
        "Classify the following text. Answer with the label only.",
        "对下面的文本分类，只回答标签。",
    ),
)

SUMMARY = Format(
    "summary",
    Text("article and summary", "摘要"),
    Text(
        "A row holds a long text and its summary; the model learns to summarize.",
        "每条包含一段长文及其摘要；模型学习写摘要。",
    ),
    (
        Role(
            "article",
            Text("article", "文章"),
            "document dialogue text content report body maintext source passage "
            "transcript 文章 正文 原文 内容",
        ),
        Role(
            "summary",
            Text("summary", "摘要"),
            "highlights abstract tldr tl;dr headline summary_text summaries 摘要 "
            "总结 概要",
        ),
    ),
    Text("Summarize the following text.", "为下面的文本写一段摘要。"),
)

CODE = Format(
    "code",
    Text("description and code", "描述与代码"),
    Text(
        "A row holds what a program should do, and its code; the model learns to write "
        "the code.",
        "每条包含对程序的描述及其代码；模型学习写代码。",
    ),
    (
        Role(
            "description",
            Text("description", "描述"),
            "text prompt docstring func_documentation_string comment nl task problem "
            "instruction question summary intent 描述 注释 需求 题目",
        ),
        Role(
            "code",
            Text("code", "代码"),
            "func_code_string canonical_solution program snippet function "
            "source_code whole_func_string solution sql 代码 程序",
        ),
        REASONING,
    ),
    Text("Write the code for the following description.", "根据下面的描述编写代码。"),
)

TRIPLE = Format(
    "triple",
    Text("subject, predicate, object", "知识三元组"),
    Text(
        "A row holds a fact of a knowledge graph; the model gets its subject and "
        "predicate, and learns to answer with the object.",
        "每条是知识图谱中的一个事实；给出主体和关系，模型学习回答客体。",
    ),
    (
        Role(
            "subject",
            Text("subject", "主体"),
            "head subj head_entity 主体 主语 头实体 实体",
        ),
        Role(
            "predicate",
            Text("predicate", "关系"),
            "relation property rel attribute 谓语 谓词 关系 属性",
        ),
        Role(
            "object",
            Text("object", "客体"),
            "tail obj tail_entity value 客体 宾语 尾实体 值 属性值",
        ),
    ),
    Text(
        "Complete the triple: answer with what stands in place of the question mark.",
        "补全三元组：只回答问号处的内容。",
    ),
)

TASKS = (READING, TRANSLATION, CLASSIFICATION, SUMMARY, CODE, TRIPLE)
