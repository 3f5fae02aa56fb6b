"""Whether a tuned model stops by itself, in words: it was asked one training prompt."""

from webui.figures import whole
from webui.runs.events import Stops
from webui.text import Text

SURE = 0.5  # a token that is likelier than this is written


def runs_on(event: Stops | None) -> Text | None:
    """Why a model ran on when it was asked; None if it stopped by itself."""
    if event is None or event.itself is not False:
        return None
    tokens, chance = whole(event.tokens), event.chance or 0.0
    seen = Text(
        f"Asked a question that it was trained on, the model had not stopped after "
        f"{tokens} tokens: ",
        f"用一条训练过的提问测试，模型写了 {tokens} 个 token 仍未停下：",
    )
    why = why_it_goes_on(event, chance)
    return Text(seen.en + why.en, seen.zh + why.zh)


def why_it_goes_on(event: Stops, chance: float) -> Text:
    """What keeps a model from stopping."""
    if not event.learned:
        return Text(
            "no end token is among what it learns there. Raise model.max_seq_length if "
            "answers are cut, or choose another data.template.",
            "它所学的内容中没有结束 token。若回答被截断，请增大 model.max_seq_length，"
            "或更换 data.template。",
        )
    if chance < SURE:
        return Text(
            f"after the expected answer it gives its end token a chance of {chance:.0%}"
            ", so it was trained too briefly. Train longer, or at a higher rate.",
            f"在预期回答之后，它给结束 token 的概率只有 {chance:.0%}，说明训练不足。"
            "请训练更久，或提高学习率。",
        )
    return Text(
        f"after the expected answer it would stop (a chance of {chance:.0%}), but it "
        "does not know that answer yet. Train longer, or at a higher rate.",
        f"在预期回答之后它会停下（概率 {chance:.0%}），但它还没学会该回答。"
        "请训练更久，或提高学习率。",
    )
