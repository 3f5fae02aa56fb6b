"""Formats in which people have judged answers: the good ones are imitated."""

from webui.recipe.formats.format import SYSTEM, TURNS, Format, Role
from webui.text import Text

PROMPT_NAMES = "question instruction query input 提示 问题 指令"
ANSWER = (*TURNS, "number", "flag")

# Only where data.columns names it: a column called input may be the prompt itself.
PROMPT_INPUT = Role(
    "prompt_input",
    Text("input for the prompt", "提示的输入"),
    "input context 输入",
    optional=True,
)

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
            f"{PROMPT_NAMES} input.messages history conversations conversation "
            "messages context",
            optional=True,
            kinds=ANSWER,
        ),
        Role(
            "chosen",
            Text("chosen answer", "选中的回答"),
            "chosen_response response_chosen chosen_answer answer_chosen "
            "output_chosen accepted accept accepted_response positive "
            "positive_response winner win winning better better_response "
            "better_answer good_answer answer_good good_response response_good "
            "response_j preferred preferred_output preferred_response "
            "preferred_answer 选中 优选 优选回答 好回答 正例",
            kinds=ANSWER,
        ),
        Role(
            "rejected",
            Text("rejected answer", "被拒绝的回答"),
            "rejected_response response_rejected rejected_answer answer_rejected "
            "output_rejected reject declined decline declined_response negative "
            "negative_response loser lose losing worse worse_response worse_answer "
            "bad_answer answer_bad bad_response response_bad response_k dispreferred "
            "dispreferred_output dispreferred_response non_preferred "
            "non_preferred_output non_preferred_response nonpreferred unpreferred "
            "拒绝 被拒绝 劣选 差回答 负例",
            kinds=ANSWER,
        ),
        SYSTEM,
        Role(
            "tools",
            Text("tools", "工具"),
            "input.tools functions available_tools 工具",
            optional=True,
            kinds=("objects",),
        ),
        PROMPT_INPUT,
    ),
)

PREFERRED = Format(
    "preferred",
    Text("responses and the preferred one", "多个回答及其中的优选"),
    Text(
        "A row holds a prompt, maybe several responses, and the preferred one, as text "
        "or as its number counted from 0. Two responses may have columns of their own "
        "(response_a and response_b). Fine-tuning imitates the preferred response; "
        "the others are not used yet.",
        "每条包含一个提示、可选的多个回答和优选回答（文本，或从 0 数起的编号）。"
        "两个回答也可以各占一列（response_a 和 response_b）。"
        "微调模仿优选回答；其余回答目前不使用。",
    ),
    (
        Role(
            "prompt",
            Text("prompt", "提示"),
            f"{PROMPT_NAMES} post history",
            kinds=ANSWER,
        ),
        Role(
            "responses",
            Text("responses", "回答列表"),
            "candidates answers completions outputs 回答列表 候选",
            optional=True,
            kinds=("texts",),
        ),
        Role(
            "preferred_response",
            Text("preferred response", "优选回答"),
            "preferred best_response preference choice best winner winner_model "
            "better better_response better_response_id preferred_index chosen_index "
            "label 优选回答",
        ),
        Role(
            "first_response",
            Text("first response", "第一个回答"),
            "response_a answer_a output_a completion_a conversation_a response_0 "
            "answer_0 output_0 completion_0 response_1 answer_1 output_1 "
            "completion_1 response0 response1 output1 answer1 回答a 回答1",
            optional=True,
            kinds=ANSWER,
        ),
        Role(
            "second_response",
            Text("second response", "第二个回答"),
            "response_b answer_b output_b completion_b conversation_b response_2 "
            "answer_2 output_2 completion_2 response_1 answer_1 output_1 "
            "completion_1 response2 response1 output2 answer2 回答b 回答2",
            optional=True,
            kinds=ANSWER,
        ),
        SYSTEM,
        PROMPT_INPUT,
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
        Role("prompt", Text("prompt", "提示"), PROMPT_NAMES, kinds=ANSWER),
        Role(
            "completion",
            Text("completion", "回答"),
            "response answer output reply 回答 回复",
            kinds=ANSWER,
        ),
        Role(
            "label",
            Text("good or bad", "好或坏"),
            "rating thumbs_up thumbs thumb is_good is_chosen kto_tag desirable "
            "feedback vote liked accepted is_accepted helpful 标签 评价 反馈",
            kinds=("flag",),
        ),
        SYSTEM,
        PROMPT_INPUT,
    ),
)

JUDGED = (PREFERENCE, PREFERRED, RATING)
