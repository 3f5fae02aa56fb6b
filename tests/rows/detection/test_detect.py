"""The format of rows, told by the shapes that public data sets have."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from webui.errors import PlannerError
from webui.recipe.formats import FORMATS
from webui.rows.detection.columns import columns_of
from webui.rows.detection.detect import Detection, detect
from webui.rows.mapping.mappers import MAPPERS
from webui.rows.mapping.values import select

EXAMPLES = Path(__file__).parents[2] / "data" / "formats"
ASK, SAY = "How do kites stay up?", "Wind pushes against them, and the string holds."
TURNS = [{"role": "user", "content": ASK}, {"role": "assistant", "content": SAY}]
SHAREGPT = [{"from": "human", "value": ASK}, {"from": "gpt", "value": SAY}]
TALK = f"\n\nHuman: {ASK}\n\nAssistant: {SAY}"
TOOL = {"name": "wind", "description": "Wind now", "parameters": {"type": "object"}}
CALL = {"id": "c1", "type": "function", "function": {"name": "wind", "arguments": "{}"}}

# name: (row, format, columns)
SHAPES: dict[str, tuple[dict[str, Any], str, dict[str, str]]] = {
    "alpaca": (
        {"instruction": ASK, "input": "", "output": SAY, "text": "Below is ..."},
        "alpaca",
        {"instruction": "instruction", "input": "input", "output": "output"},
    ),
    "alpaca_zh": (
        {"instruction": "写一句关于风的话。", "input": "", "output": "风很大。"},
        "alpaca",
        {"instruction": "instruction", "input": "input", "output": "output"},
    ),
    "alpaca_history": (
        {"instruction": ASK, "input": "", "output": SAY, "history": [["Hi", "Hello"]]},
        "alpaca",
        {n: n for n in ("instruction", "input", "output", "history")},
    ),
    "dolly": (
        {"instruction": ASK, "context": "", "response": SAY, "category": "open_qa"},
        "alpaca",
        {"instruction": "instruction", "input": "context", "output": "response"},
    ),
    "openorca": (
        {"id": "flan.1", "system_prompt": "", "question": ASK, "response": SAY},
        "question_answer",
        {"question": "question", "answer": "response", "system": "system_prompt"},
    ),
    "gsm8k": (
        {"question": "2 kites cost 6. What does one cost?", "answer": "3\n#### 3"},
        "question_answer",
        {"question": "question", "answer": "answer"},
    ),
    "squad": (
        {
            "id": "56",
            "title": "Kite",
            "context": "A kite has a tail.",
            "question": "What does it have?",
            "answers": {"text": ["a tail", "tail"], "answer_start": [10, 12]},
        },
        "reading",
        {"sentence": "context", "question": "question", "answer": "answers.text.0"},
    ),
    "squad_one_answer": (
        {
            "context": "A kite has a tail.",
            "question": "What does it have?",
            "answers": {"text": ["a tail"], "answer_start": [10]},
        },
        "reading",
        {"sentence": "context", "question": "question", "answer": "answers.text.0"},
    ),
    "squad_csv": (
        {
            "context": "A kite has a tail.",
            "question": "What does it have?",
            "answers": "{'text': ['a tail', 'tail'], 'answer_start': [10, 12]}",
        },
        "reading",
        {"sentence": "context", "question": "question", "answer": "answers.text.0"},
    ),
    "sciq": (
        {
            "question": "What lifts a kite?",
            "distractor1": "rain",
            "correct_answer": "wind",
            "support": "Wind pushes against kites.",
        },
        "reading",
        {"sentence": "support", "question": "question", "answer": "correct_answer"},
    ),
    "trivia_qa": (
        {
            "question": "What lifts a kite?",
            "answer": {"aliases": ["air"], "type": "Thing", "value": "Wind"},
        },
        "question_answer",
        {"question": "question", "answer": "answer.value"},
    ),
    "pubmed_qa": (
        {
            "question": "Do kites fly?",
            "context": {"contexts": ["Many do.", "Some do not."]},
            "long_answer": "In wind they do.",
            "final_decision": "yes",
        },
        "question_answer",
        {"question": "question", "answer": "long_answer"},
    ),
    "belle_multi_turn": (
        {"instruction": f"Human:{ASK}\nAssistant:", "input": "", "output": SAY},
        "prompt_completion",
        {"prompt": "instruction", "completion": "output"},
    ),
    "kto_transcript": (
        {"prompt": f"\n\nHuman: {ASK}\n\nAssistant:", "completion": SAY, "label": True},
        "rating",
        {"prompt": "prompt", "completion": "completion", "label": "label"},
    ),
    "coig_human_value": (
        {
            "instruction": "聊聊风。",
            "conversations": [{"question": ASK, "answer": SAY}],
        },
        "messages",
        {"messages": "conversations"},
    ),
    "python_text_messages": (
        {"conversations": str(SHAREGPT)},
        "messages",
        {"messages": "conversations"},
    ),
    "oasst_top1": (
        {"text": f"<|im_start|>user\n{ASK}<|im_end|>\n<|im_start|>assistant\n{SAY}"},
        "transcript",
        {"text": "text"},
    ),
    "glaive": (
        {"system": "SYSTEM: Be kind.", "chat": f"USER: {ASK}\n\n\nASSISTANT: {SAY}"},
        "transcript",
        {"text": "chat", "system": "system"},
    ),
    "qnli": (
        {"question": ASK, "sentence": SAY, "label": 1, "idx": 0},
        "classification",
        {"text": "sentence", "second_text": "question", "label": "label"},
    ),
    "wmt_csv": (
        {"translation": '{"de": "Guten Tag.", "en": "Good day."}'},
        "translation",
        {"source": "translation.de", "target": "translation.en"},
    ),
    "cluener_csv": (
        {"text": "王芳在北京工作", "label": '{"name": {"王芳": [[0, 1]]}}'},
        "ner",
        {"tokens": "text", "labels": "label"},
    ),
    "cluener_parquet": (
        {
            "text": "王芳在北京工作",
            "label": {"name": {"王芳": [[0, 1]], "李明": None}, "game": None},
        },
        "ner",
        {"tokens": "text", "labels": "label"},
    ),
    "seed_reading": (
        {"sentence": "她看见了带望远镜的人。", "question": "谁?", "answer": "她"},
        "reading",
        {"sentence": "sentence", "question": "question", "answer": "answer"},
    ),
    "ultrachat": (
        {"prompt": ASK, "prompt_id": "ab", "messages": TURNS},
        "messages",
        {"messages": "messages"},
    ),
    "vicuna": (
        {"id": "x1", "conversations": SHAREGPT},
        "messages",
        {"messages": "conversations"},
    ),
    "openhermes": (
        {"conversations": SHAREGPT, "title": "t", "category": "c", "source": "s"},
        "messages",
        {"messages": "conversations"},
    ),
    "belle": (
        {
            "id": "1",
            "conversations": [
                {"from": "human", "value": "你好"},
                {"from": "assistant", "value": "你好!"},
            ],
        },
        "messages",
        {"messages": "conversations"},
    ),
    "moss": (
        {"conversation": [{"human": ASK, "assistant": SAY}], "category": "Writing"},
        "messages",
        {"messages": "conversation"},
    ),
    "seed_conversation": (
        {"conversation": TURNS},
        "messages",
        {"messages": "conversation"},
    ),
    "unnamed_messages": ({"dialog_log": TURNS}, "messages", {"messages": "dialog_log"}),
    "json_text_messages": (
        {"messages": json.dumps(TURNS)},
        "messages",
        {"messages": "messages"},
    ),
    "lima": (
        {"conversations": [ASK, SAY], "source": "stackexchange"},
        "messages",
        {"messages": "conversations"},
    ),
    "openai_tools": (
        {
            "messages": [
                TURNS[0],
                {"role": "assistant", "content": None, "tool_calls": [CALL]},
                {"role": "tool", "tool_call_id": "c1", "content": "calm"},
                TURNS[1],
            ],
            "tools": [{"type": "function", "function": TOOL}],
        },
        "messages",
        {"messages": "messages", "tools": "tools"},
    ),
    "glaive_tools": (
        {"conversations": SHAREGPT, "tools": json.dumps([TOOL])},
        "messages",
        {"messages": "conversations", "tools": "tools"},
    ),
    "firefly": (
        {"kind": "NLI", "input": ASK, "target": SAY},
        "question_answer",
        {"question": "input", "answer": "target"},
    ),
    "guanaco": (
        {"text": f"### Human: {ASK}### Assistant: {SAY}"},
        "transcript",
        {"text": "text"},
    ),
    "hh_rlhf": (
        {"chosen": TALK, "rejected": TALK + " Maybe."},
        "preference",
        {"chosen": "chosen", "rejected": "rejected"},
    ),
    "ultrafeedback": (
        {
            "prompt": ASK,
            "prompt_id": "f0",
            "chosen": TURNS,
            "rejected": [TURNS[0], {"role": "assistant", "content": "No idea."}],
            "messages": TURNS,
            "score_chosen": 8.5,
            "score_rejected": 2.0,
        },
        "preference",
        {"prompt": "prompt", "chosen": "chosen", "rejected": "rejected"},
    ),
    "orca_dpo": (
        {"system": "Be kind.", "question": ASK, "chosen": SAY, "rejected": "No."},
        "preference",
        {
            "prompt": "question",
            "chosen": "chosen",
            "rejected": "rejected",
            "system": "system",
        },
    ),
    "kto": (
        {"prompt": ASK, "completion": SAY, "label": True},
        "rating",
        {"prompt": "prompt", "completion": "completion", "label": "label"},
    ),
    "kto_mix": (
        {"prompt": TURNS[:1], "completion": TURNS[1:], "label": True, "rating": 5},
        "rating",
        {"prompt": "prompt", "completion": "completion", "label": "label"},
    ),
    "seed_preferred": (
        {"prompt": "请解释风。", "preferred_response": "风是流动的空气。"},
        "preferred",
        {"prompt": "prompt", "preferred_response": "preferred_response"},
    ),
    "preferred_number": (
        {"prompt": ASK, "responses": ["No.", SAY], "preferred_response": 1},
        "preferred",
        {n: n for n in ("prompt", "responses", "preferred_response")},
    ),
    "conll2003": (
        {
            "id": "0",
            "tokens": ["Ada", "flies"],
            "pos_tags": [22, 42],
            "chunk_tags": [11, 21],
            "ner_tags": [1, 0],
        },
        "ner",
        {"tokens": "tokens", "labels": "ner_tags"},
    ),
    "wnut": (
        {"id": "1", "tokens": ["Ada", "flies"], "ner_tags": ["B-person", "O"]},
        "ner",
        {"tokens": "tokens", "labels": "ner_tags"},
    ),
    "msra": (
        {"id": "2", "tokens": list("王芳去北京"), "ner_tags": [1, 2, 0, 5, 6]},
        "ner",
        {"tokens": "tokens", "labels": "ner_tags"},
    ),
    "seed_ner": (
        {"tokens": ["王芳", "去了", "北京"], "labels": ["B-PER", "O", "B-LOC"]},
        "ner",
        {"tokens": "tokens", "labels": "labels"},
    ),
    "cluener": (
        {"text": "王芳在北京工作", "label": {"name": {"王芳": [[0, 1]]}}},
        "ner",
        {"tokens": "text", "labels": "label"},
    ),
    "doccano": (
        {"id": 3, "text": "Ada flies", "label": [[0, 3, "PER"]]},
        "ner",
        {"tokens": "text", "labels": "label"},
    ),
    "entities": (
        {"text": "Ada flies", "entities": [{"start": 0, "end": 3, "label": "PER"}]},
        "ner",
        {"tokens": "text", "labels": "entities"},
    ),
    "universal_dependencies": (
        {
            "idx": "w1",
            "text": "I fly.",
            "tokens": ["I", "fly", "."],
            "lemmas": ["I", "fly", "."],
            "upos": ["PRON", "VERB", "PUNCT"],
            "xpos": ["PRP", "VBP", "."],
            "feats": ["{}", "None", "None"],
            "head": ["2", "0", "2"],
            "deprel": ["nsubj", "root", "punct"],
        },
        "pos",
        {"tokens": "tokens", "labels": "upos"},
    ),
    "seed_pos": (
        {"tokens": ["我", "爱", "风"], "labels": ["PRON", "VERB", "NOUN"]},
        "pos",
        {"tokens": "tokens", "labels": "labels"},
    ),
    "imdb": (
        {"text": "Dull from start to end.", "label": 0},
        "classification",
        {"text": "text", "label": "label"},
    ),
    "sst2": (
        {"idx": 0, "sentence": "a warm film", "label": 1},
        "classification",
        {"text": "sentence", "label": "label"},
    ),
    "ag_news_csv": (
        {"text": "Rates rise again.", "label": "2"},
        "classification",
        {"text": "text", "label": "label"},
    ),
    "chnsenticorp": (
        {"label": 1, "text": "房间很干净。"},
        "classification",
        {"text": "text", "label": "label"},
    ),
    "tnews": (
        {
            "label": "104",
            "label_desc": "news_finance",
            "sentence": "股市今天上涨",
            "keywords": "",
        },
        "classification",
        {"text": "sentence", "label": "label_desc"},
    ),
    "glue": (
        {"idx": 0, "sentence1": "It rains.", "sentence2": "It is wet.", "label": 1},
        "classification",
        {"text": "sentence1", "second_text": "sentence2", "label": "label"},
    ),
    "swift": (
        {"query": ASK, "response": SAY, "history": [["Hi", "Hello"]]},
        "question_answer",
        {"question": "query", "answer": "response", "history": "history"},
    ),
    "seed_translation": (
        {"source": "Good morning.", "target": "早上好。"},
        "translation",
        {"source": "source", "target": "target"},
    ),
    "wmt": (
        {"translation": {"de": "Guten Tag.", "en": "Good day."}},
        "translation",
        {"source": "translation.de", "target": "translation.en"},
    ),
    "opus": (
        {"id": "4", "translation": {"en": "Good day.", "zh": "你好。"}},
        "translation",
        {"source": "translation.en", "target": "translation.zh"},
    ),
    "language_columns": (
        {"id": "4", "English": "Good day.", "Chinese": "你好。"},
        "translation",
        {"source": "English", "target": "Chinese"},
    ),
    "xsum": (
        {"document": "A long report.", "summary": "Short.", "id": "99"},
        "summary",
        {"article": "document", "summary": "summary"},
    ),
    "cnn_dailymail": (
        {"article": "A long report.", "highlights": "Short.", "id": "9f"},
        "summary",
        {"article": "article", "summary": "highlights"},
    ),
    "samsum": (
        {"id": "7", "dialogue": "Ann: Hi!\r\nBob: Bye!", "summary": "They greet."},
        "summary",
        {"article": "dialogue", "summary": "summary"},
    ),
    "lcsts": (
        {"summary": "大风来了", "text": "气象台今天发布大风预警。"},
        "summary",
        {"article": "text", "summary": "summary"},
    ),
    "mbpp": (
        {
            "task_id": 1,
            "text": "Write a function to add two numbers.",
            "code": "def add(a, b):\n    return a + b",
            "test_list": ["assert add(1, 2) == 3"],
            "test_setup_code": "",
        },
        "code",
        {"description": "text", "code": "code"},
    ),
    "code_alpaca": (
        {"instruction": "Add two numbers.", "input": "", "output": "a + b"},
        "alpaca",
        {"instruction": "instruction", "input": "input", "output": "output"},
    ),
    "codesearchnet": (
        {
            "repository_name": "ada/kites",
            "func_path_in_repository": "fly.py",
            "func_name": "fly",
            "whole_func_string": "def fly():\n    '''Fly.'''\n    return 1",
            "language": "python",
            "func_code_string": "def fly():\n    return 1",
            "func_code_tokens": ["def", "fly"],
            "func_documentation_string": "Fly.",
            "func_documentation_tokens": ["Fly", "."],
            "split_name": "train",
            "func_code_url": "https://example.org/fly.py",
        },
        "code",
        {"description": "func_documentation_string", "code": "func_code_string"},
    ),
    "humaneval": (
        {"task_id": "H/0", "prompt": "def fly():", "canonical_solution": "  return 1"},
        "code",
        {"description": "prompt", "code": "canonical_solution"},
    ),
    "wikitext": ({"text": "Kites are old."}, "text", {"text": "text"}),
    "c4": (
        {"text": "Kites are old.", "timestamp": "2019", "url": "https://example.org"},
        "text",
        {"text": "text"},
    ),
    "coig_cqia": (
        {
            "instruction": "风是什么?",
            "input": "",
            "output": "流动的空气。",
            "task_type": {"major": ["问答"], "minor": ["百科"]},
            "domain": ["通用"],
            "metadata": "",
            "answer_from": "human",
            "human_verified": True,
            "copyright": "",
        },
        "alpaca",
        {"instruction": "instruction", "input": "input", "output": "output"},
    ),
    "seed_completion": (
        {"prompt": "从前有一只小狐狸,", "completion": "它住在山里。"},
        "prompt_completion",
        {"prompt": "prompt", "completion": "completion"},
    ),
    "seed_code": (
        {"description": "两数之和。", "code": "def add(a, b): return a + b"},
        "code",
        {"description": "description", "code": "code"},
    ),
    "seed_triple": (
        {"subject": "王芳", "predicate": "出生地", "object": "北京"},
        "triple",
        {"subject": "subject", "predicate": "predicate", "object": "object"},
    ),
    "chinese_names": (
        {"问题": "风是什么?", "答案": "流动的空气。"},
        "question_answer",
        {"question": "问题", "answer": "答案"},
    ),
}


@pytest.mark.parametrize("name", SHAPES)
def test_public_shapes_are_recognized_with_their_columns(name: str) -> None:
    row, format, columns = SHAPES[name]
    found = detect([row])
    assert (found.format, found.columns) == (format, columns)
    assert found.sure in ("certain", "likely")
    assert format not in found.alternatives


@pytest.mark.parametrize("name", SHAPES)
def test_what_is_detected_can_be_mapped(name: str) -> None:
    row, format, _ = SHAPES[name]
    mapped = MAPPERS[format](select(row, detect([row]).columns))
    assert mapped.keys() & {"messages", "text"}


def test_answers_may_be_missing_in_some_rows() -> None:
    row = SHAPES["squad"][0]
    unanswerable = {**row, "answers": {"text": [], "answer_start": []}}
    found = detect([unanswerable, row])
    assert found.columns["answer"] == "answers.text.0"
    with pytest.raises(ValueError, match="lacks answer"):
        MAPPERS["reading"](select(unanswerable, found.columns))


@pytest.mark.parametrize(
    ("shape", "sure", "why"),
    [
        ("gsm8k", "certain", "columns question and answer"),
        ("openorca", "likely", "columns question, response and system_prompt"),
        ("vicuna", "certain", "column conversations holds from/value turns"),
        ("moss", "certain", "column conversation holds turns with a question and"),
        ("lima", "likely", "column conversations holds texts that take turns"),
        ("guanaco", "certain", "column text holds turns marked like Human:"),
        ("conll2003", "likely", "columns tokens and ner_tags; the tags are numbers"),
        ("seed_ner", "certain", "columns tokens and labels; the tags are like B-PER"),
        ("seed_pos", "certain", "columns tokens and labels; each token has a part"),
        ("wmt", "certain", "columns translation.de and translation.en"),
        ("wikitext", "certain", "column text"),
    ],
)
def test_says_how_sure_it_is_and_why(shape: str, sure: str, why: str) -> None:
    found = detect([SHAPES[shape][0]])
    assert found.sure == sure
    assert found.why.en.startswith(why)
    assert found.why.zh != found.why.en


def test_other_formats_that_fit_are_named_best_first() -> None:
    assert detect([SHAPES["conll2003"][0]]).alternatives == ("pos",)
    assert detect([SHAPES["squad"][0]]).alternatives[0] == "question_answer"
    ultrafeedback = detect([SHAPES["ultrafeedback"][0]])
    assert ultrafeedback.alternatives[0] == "messages"


def test_unknown_names_are_guessed_by_length() -> None:
    found = detect([{"x": "风?", "y": "流动的空气。", "id": "a-long-identifier-here"}])
    assert found == Detection(
        "question_answer",
        "guess",
        found.why,
        {"question": "x", "answer": "y"},
        "",
        (),
    )
    assert found.why.en == "only the lengths: x is short, y is long"


def test_few_different_values_are_guessed_to_be_labels() -> None:
    rows = [{"words": f"Film {n} was long.", "mood": "ab"[n % 2]} for n in range(12)]
    found = detect(rows)
    assert (found.format, found.sure) == ("classification", "guess")
    assert found.columns == {"text": "words", "label": "mood"}


def test_a_text_beside_another_column_is_only_likely() -> None:
    assert detect([{"text": "A film.", "verdict": "A good one."}]).sure == "likely"
    assert detect([{"lyrics": "La la."}]).format == "text"


@pytest.mark.parametrize(
    ("shape", "chinese"),
    [("seed_triple", True), ("seed_translation", False), ("cluener", True)]
    + [("imdb", False), ("alpaca_zh", False), ("seed_reading", True)],
)
def test_chinese_rows_get_the_chinese_instruction(shape: str, chinese: bool) -> None:
    found = detect([SHAPES[shape][0]])
    own = FORMATS[found.format].instruction
    assert found.instruction == (own.zh if own and chinese else "")


REFUSED = {
    "oasst": (
        {"message_id": "1", "parent_id": None, "text": ASK, "role": "prompter"},
        "parent_id",
    ),
    "caption": (
        {"image_url": "http://example.com/a.jpg", "caption": "A dog."},
        "vision",
    ),
    "llava": ({"image": "a.jpg", "conversations": SHAREGPT}, "vision"),
    "image_bytes": ({"image": {"bytes": b"1", "path": None}, "text": "A"}, "vision"),
    "speech": ({"audio": {"path": "a.mp3"}, "sentence": "Hello."}, "audio"),
    "unjudged": ({"prompt": ASK, "responses": [SAY, "No."]}, "preferred_response"),
    "numbers": ({"x": 1.5, "y": 2}, "No format fits these columns: x, y"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_rows_that_no_format_takes_are_refused_with_a_word(name: str) -> None:
    row, word = REFUSED[name]
    rows = [row, {**row, "parent_id": "1"}] if name == "oasst" else [row]
    with pytest.raises(PlannerError, match=word) as refused:
        detect(rows)
    assert refused.value.text.zh


GUESSES = {
    "coco": ({"coco_url": "http://example.org/x.jpg", "caption": "A dog."}, "vision"),
    "flickr": ({"image_name": "12.jpg", "comment": "Two dogs."}, "vision"),
    "oasst_root": (
        {"message_id": "1", "parent_id": None, "text": ASK, "role": "prompter"},
        "parent_id",
    ),
    "mmlu": ({"question": ASK, "choices": ["Wind", "Rain"], "answer": 0}, "choices"),
    "commonsense_qa": (
        {
            "question": ASK,
            "question_concept": "kite",
            "choices": {"label": ["A", "B"], "text": ["Wind", "Rain"]},
            "answerKey": "A",
        },
        "choices.text",
    ),
    "race": (
        {"article": SAY, "question": ASK, "options": ["Wind", "Rain"], "answer": "A"},
        "options",
    ),
    "ceval": (
        {"question": ASK, "A": "Wind", "B": "Rain", "C": "Hope", "answer": "A"},
        "A, B, C",
    ),
    "xlam": ({"query": ASK, "answers": "[]", "tools": json.dumps([TOOL])}, "tools"),
    "squad_v1": (
        {"title": "Kite", "paragraphs": [{"context": SAY, "qas": [{"id": 1}]}]},
        "paragraphs",
    ),
    "moss_raw": (
        {
            "meta_instruction": "Be kind.",
            "chat": {"turn_1": {"Human": f"<|Human|>: {ASK}", "MOSS": SAY}},
        },
        "Column chat",
    ),
}


@pytest.mark.parametrize("name", GUESSES)
def test_what_would_be_learned_only_by_half_is_refused(name: str) -> None:
    row, word = GUESSES[name]
    with pytest.raises(PlannerError, match=word) as refused:
        detect([row])
    assert refused.value.text.zh


def test_a_question_is_not_guessed_to_be_the_answer() -> None:
    found = detect([{"the_question": "Which is the longest of all?", "remark": "Ah."}])
    assert found.columns == {"question": "the_question", "answer": "remark"}
    assert found.sure == "guess"


def test_unnamed_turns_and_text_beside_lists_are_only_likely() -> None:
    assert detect([{"instances": [{"input": ASK, "output": SAY}]}]).sure == "likely"
    assert detect([{"text": SAY, "facts": [{"predicate": "by"}]}]).sure == "likely"


CATEGORIES = ("Billing", "Delivery", "Other")
TALKS = {
    "support": ("Customer message", "Agent reply", "Category"),
    "bot": ("User query", "Bot response", "Intent name"),
    "tickets": ("Ticket", "Resolution", "Category"),
    "emails": ("body", "answer", "queue"),
    "doctors": ("Patient", "Doctor", "Field"),
    "camel": ("customerMessage", "agentReply", "category"),
    "chat": ("message", "reply", "user"),
    "chinese": ("客户问题", "客服回复", "问题类型"),
    "chinese_persons": ("客户", "客服", "类别"),
}


@pytest.mark.parametrize("name", TALKS)
@pytest.mark.parametrize("turned", [False, True])
def test_who_asks_and_who_answers_is_told_by_names_and_not_by_length(
    name: str, turned: bool
) -> None:
    ask, say, category = TALKS[name]
    rows = []
    for n in range(24):
        said = f"No. {n} is on its way, and it comes within the next three days."
        row = {ask: f"Where is {n}?", say: said, category: CATEGORIES[n % 3]}
        if turned:
            row = {category: row[category], say: f"Soon, {n}.", ask: said + " Is it?"}
        rows.append(row)
    found = detect(rows)
    assert (found.format, found.sure) == ("question_answer", "likely")
    assert found.columns == {"question": ask, "answer": say}


@pytest.mark.parametrize(
    "row",
    [
        {"remark": "It was long, and it rained.", "state": "done"},
        {"remark": "It was long, and it rained.", "note": "No more of that."},
        {"Text": "It was long.", "Summary": "Long.", "Label": "good"},
        {"lyrics": "La la la.", "stars": 4.5},
    ],
)
def test_where_names_tell_nothing_it_is_a_guess(row: dict[str, Any]) -> None:
    found = detect([{**row} for _ in range(24)])
    assert found.sure == "guess"
    assert found.format != "classification" or found.columns["label"] == "Label"


@pytest.mark.parametrize(
    "mark",
    [
        "TCK-{}",
        "2024-03-{}",
        "https://example.org/{}",
        "a{}@example.org",
        "{}/03/2024",
    ],
)
def test_a_column_that_refers_to_something_is_no_answer(mark: str) -> None:
    rows = [
        {"say": f"It is number {n}.", "mark": mark.format(n)} for n in range(10, 25)
    ]
    assert detect(rows).columns == {"text": "say"}
    dated = [{"question": row["say"], "answer": row["mark"]} for row in rows]
    assert (detect(dated).format, detect(dated).sure) == ("question_answer", "certain")


@pytest.mark.parametrize(
    ("first", "second"),
    [("English", "German"), ("Deutsch", "Français"), ("text_en", "text_zh")],
)
def test_languages_make_a_translation(first: str, second: str) -> None:
    found = detect([{"Topic": "food", first: "Good tea.", second: "Guter Tee."}])
    assert found.columns == {"source": first, "target": second}


ODD = {
    "text for messages": ({"messages": "see below"}, {"messages": TURNS}, "messages"),
    "list for text": (
        {"question": ASK, "answers": ["a", "b"]},
        {"question": ASK, "answers": SAY},
        "answers",
    ),
    "object for text": (
        {"question": ASK, "answer": {"text": "a"}},
        {"question": ASK, "answer": SAY},
        "answer",
    ),
    "text for object": (
        {"question": ASK, "answer": "a"},
        {"question": ASK, "answer": {"text": SAY}},
        "answer.text",
    ),
    "another name": (
        {"question": ASK, "response": "a"},
        {"question": ASK, "output": SAY},
        "output",
    ),
}


@pytest.mark.parametrize("name", ODD)
@pytest.mark.parametrize("place", [0, 7, 19])
def test_one_odd_row_decides_nothing(name: str, place: int) -> None:
    odd, usual, column = ODD[name]
    rows = [usual] * 19
    rows.insert(place, odd)
    found = detect(rows)
    assert column in found.columns.values()
    mapper = MAPPERS[found.format]
    assert mapper(select(usual, found.columns))["messages"][-1]["content"] == SAY
    with pytest.raises(ValueError):
        mapper(select(odd, found.columns))


def test_an_empty_image_column_does_not_matter() -> None:
    assert detect([{"text": "A film.", "image": None}]).format == "text"


@pytest.mark.parametrize("rows", [[], [{}], [{"text": None}], [{"text": " "}]])
def test_no_rows_or_empty_ones_are_refused(rows: list[dict]) -> None:
    with pytest.raises(PlannerError):
        detect(rows)


def test_columns_are_paths_into_nested_values() -> None:
    row = {"a": {"b": {"c": "x", "d": {"e": "too deep"}}}, "f": ["y"], "g.h": "z"}
    assert [column.path for column in columns_of([row])] == ["a.b.c", "f", "f.0", "g.h"]


def examples(name: str) -> list[dict[str, Any]]:
    """The rows of the example file of a format."""
    (path,) = EXAMPLES.glob(f"{name}.*")
    with path.open(encoding="utf-8", newline="") as file:
        if path.suffix == ".csv":
            return list(csv.DictReader(file))
        return [json.loads(line) for line in file]


@pytest.mark.parametrize("name", FORMATS)
def test_the_example_of_each_format_is_told_and_mapped(name: str) -> None:
    rows = examples(name)
    found = detect(rows)
    assert (found.format, found.sure) == (name, "certain")
    for row in rows:
        if row.get("label") is False:
            with pytest.raises(ValueError, match="rated bad"):
                MAPPERS[name](select(row, found.columns))
        else:
            mapped = MAPPERS[name](select(row, found.columns))
            assert mapped.keys() & {"messages", "text"}


def test_very_many_columns_are_told_in_good_time() -> None:
    row = {f"column {n}": "some text" for n in range(20_000)} | {
        "text": "A",
        "label": 1,
    }
    assert detect([row]).format == "classification"
