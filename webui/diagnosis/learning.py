"""A training that teaches nothing: no rate, no movement, or all of it rounded away."""

from webui.diagnosis.cause import Cause

LEARNING = (
    Cause(
        "all_warm_up",
        r"NothingLearned: (all \d+ updates) are warm-up",
        "The learning rate never reaches what was asked for: {found} of this "
        "training are warm-up.",
        "学习率始终达不到设定值：全部更新都处于预热阶段（{found}）。",
        "Set the warm-up to 0.05, a share of all updates, or train for longer.",
        "请将预热设为 0.05（按更新次数的比例），或延长训练。",
    ),
    Cause(
        "rounded_away",
        r"NothingLearned: (\w+ rounds away \S+ % of each update at a rate of \S+)",
        "Nearly nothing is learned: {found}. Its numbers are too coarse for steps "
        "of this size.",
        "几乎什么都学不到：{found}。该类型的精度不足以表示这么小的更新。",
        "Load the base in fp32, or raise the learning rate.",
        "请以 fp32 加载基座，或提高学习率。",
    ),
    Cause(
        "nothing_moved",
        r"NothingLearned: (\d+ of \d+ tensors moved, and \S+ of their numbers)",
        "Nothing is learned: {found}. The steps are too small.",
        "什么都学不到：更新幅度太小，权重几乎没有变化（{found}）。",
        "Raise the learning rate, or load the base in fp32.",
        "请提高学习率，或以 fp32 加载基座。",
    ),
)
