"""Formats in which people have judged answers: the good ones are imitated."""

from webui.recipe.field import Text
from webui.recipe.formats.format import SYSTEM, TURNS, Format, Role

PROMPT_NAMES = ("question", "instruction", "query", "input", "提示", "问题", "指令")

PREFERENCE = Format(
    "preference",
    Text("chosen and rejected answers", "偏好数据（选中与拒绝）"),
    Text(
        "A row holds a prompt, a chosen and a rejected answer. Fine-tuning imitates "
        "the chosen answer; the rejected one is not used yet.",
        "每条包含一个提示、一个选中的回答和一个被拒绝的回答。微调模仿选中的回答；"
        "被拒绝的回答目前不使用。",
    ),
    (
        Role(
            "prompt",
            Text("prompt", "提示"),
            PROMPT_NAMES,
            optional=True,
            kinds=TURNS,
        ),
        Role(
            "chosen",
            Text("chosen answer", "选中的回答"),
            ("chosen_response", "response_chosen", "accepted", "positive", "winner")
            + ("better", "选中", "优选"),
            kinds=TURNS,
        ),
        Role(
            "rejected",
            Text("rejected answer", "被拒绝的回答"),
            ("rejected_response", "response_rejected", "negative", "loser", "worse")
            + ("拒绝", "劣选"),
            kinds=TURNS,
        ),
        SYSTEM,
    ),
)

PREFERRED = Format(
    "preferred",
    Text("responses and the preferred one", "多个回答及其中的优选"),
    Text(
        "A row holds a prompt, maybe several responses, and the preferred one, as text "
        "or as its number counted from 0. Fine-tuning imitates the preferred response; "
        "the others are not used yet.",
        "每条包含一个提示、可选的多个回答和优选回答（文本，或从 0 数起的编号）。"
        "微调模仿优选回答；其余回答目前不使用。",
    ),
    (
        Role("prompt", Text("prompt", "提示"), PROMPT_NAMES, kinds=TURNS),
        Role(
            "responses",
            Text("responses", "回答列表"),
            ("candidates", "answers", "completions", "outputs", "回答列表", "候选"),
            optional=True,
            kinds=("texts",),
        ),
        Role(
            "preferred_response",
            Text("preferred response", "优选回答"),
            ("preferred", "best_response", "preference", "choice", "best", "优选回答"),
        ),
    ),
)

RATING = Format(
    "rating",
    Text("rated answers (good or bad)", "好坏评分（KTO）"),
    Text(
        "A row holds a prompt, a completion, and whether it is good. Fine-tuning "
        "imitates the good ones; rows that are rated bad are left out.",
        "每条包含一个提示、一个回答及其好坏。微调模仿好的回答；评为坏的数据不参与训练。",
    ),
    (
        Role("prompt", Text("prompt", "提示"), PROMPT_NAMES, kinds=TURNS),
        Role(
            "completion",
            Text("completion", "回答"),
            ("response", "answer", "output", "回答", "回复"),
            kinds=(*TURNS, "number"),
        ),
        Role(
            "label",
            Text("good or bad", "好或坏"),
            ("rating", "thumbs_up", "is_good", "kto_tag", "desirable", "标签", "评价"),
            kinds=("flag",),
        ),
    ),
)

JUDGED = (PREFERENCE, PREFERRED, RATING)
