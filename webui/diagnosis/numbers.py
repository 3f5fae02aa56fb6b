"""A loss or a gradient that is no number any more, and rows without a label."""

from webui.diagnosis.cause import RESUME, Cause

NUMBERS = (
    # Cross entropy over no label at all is 0 / 0.
    Cause(
        "nan_at_once",
        r"FloatingPointError: the loss is (\S+) at step [01]\b",
        "The loss is {found} at the very first step. Either no token of these rows "
        "is trained on (all labels are masked), or the numbers are too large for "
        "the precision.",
        "第一步的损失就是 {found}。可能这批数据没有任何参与训练的 token"
        "（标签全被屏蔽），也可能数值超出该精度的范围。",
        "Look at the preview of the data: answers that are cut off need a longer "
        "sequence, another format or other columns. Do not load the base in fp16.",
        "请查看数据预览：若回答被截断，请增大最大序列长度，或更换格式与列。"
        "不要用 fp16 加载基座。",
    ),
    Cause(
        "nan_loss",
        r"FloatingPointError: the loss is (\S+ at step \d+)",
        "The loss was no number any more: {found}. The learning rate is likely too "
        "high, or fp16 too narrow for this model.",
        "损失不再是有效数值：{found}。很可能学习率过高，或 fp16 的范围对该模型太窄。",
        f"Lower the learning rate, or use bf16. {RESUME.en}",
        f"请降低学习率，或改用 bf16。{RESUME.zh}",
    ),
    Cause(
        "nan_norm",
        r"FloatingPointError: the gradient norm is (\S+ at step \d+)",
        "The gradient was no number any more: its norm is {found}. The steps were "
        "likely too large.",
        "梯度不再是有效数值：范数为 {found}。很可能更新幅度过大。",
        f"Lower the learning rate, or clip gradients at 1. {RESUME.en}",
        f"请降低学习率，或把梯度裁剪到 1。{RESUME.zh}",
    ),
    Cause(
        "all_masked",
        r"All labels in your dataset are -100",
        "No token is trained on: all labels are masked. Answers are cut off at the "
        "longest sequence, or the template's turns were not found.",
        "没有任何 token 参与训练：标签全被屏蔽。"
        "可能回答被最大序列长度截断，或未找到模板中的对话轮次。",
        "See the masks in the preview of the data; lengthen the sequence, choose "
        "another template, or train on every token.",
        "请在数据预览中查看屏蔽情况；可增大序列长度、更换模板，或改为训练全部 token。",
    ),
)
