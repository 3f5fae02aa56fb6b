"""Code that was edited by hand: what it left out, and the way back to the form."""

from webui.diagnosis.cause import Cause, Diagnosis
from webui.notebook.edits import titles_of
from webui.runs.events import Failed
from webui.text import Text, filled

BACK = Text(
    "{} was edited by hand: mend it, or give it back to the form.",
    "“{}”经过手动修改：请改正，或恢复为表单的代码。",
)
BACK_ALL = Text(
    "{} were edited by hand: mend them, or give them back to the form.",
    "“{}”经过手动修改：请改正，或恢复为表单的代码。",
)

BY_HAND = (
    Cause(
        "lacking_training",
        r"LackingError: (no training)",
        "The cell {cell} ran to its end, and nothing was trained in it: no training of "
        "a Trainer was seen, as trainer.train() is one.",
        "单元 {cell} 已运行完毕，但其中没有任何训练：未看到 Trainer 的训练（例如 "
        "trainer.train()）。",
        "Put the training back in.",
        "请把训练加回来。",
    ),
    Cause(
        "lacking_adapter",
        r"LackingError: no saved (`\w+`)",
        "The cell {cell} trained, and saved nothing in the folder {found}: what was "
        "learned would be lost.",
        "单元 {cell} 完成了训练，但没有在文件夹 {found} 中保存任何内容："
        "学到的将会丢失。",
        'Put model.save_pretrained("adapter") back in.',
        '请把 model.save_pretrained("adapter") 加回来。',
    ),
    Cause(
        "lacking",
        r"LackingError: no (.+)",
        "The cell {cell} ran to its end, and did not make {found}, which others read.",
        "单元 {cell} 已运行完毕，但没有生成其他单元要读取的 {found}。",
        "Put it back in.",
        "请把它加回来。",
    ),
)


def with_way_back(diagnosis: Diagnosis, failed: Failed) -> Diagnosis:
    """A diagnosis, with the way back to the form where cells were edited by hand."""
    if not failed.by_hand:
        return diagnosis
    text = BACK if len(failed.by_hand) == 1 else BACK_ALL
    back = filled(text, titles_of(map(str, failed.by_hand)))
    english, chinese = diagnosis.next_step
    step = Text(f"{back.en} {english}", f"{back.zh}{chinese}")
    return Diagnosis(diagnosis.what, step, diagnosis.kind)
