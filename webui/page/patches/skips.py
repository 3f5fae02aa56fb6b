"""An output that is skipped costs nothing.

Overrides ``Blocks.postprocess_data``, which makes a component anew for each output,
even for one that is skipped. That takes half a millisecond, and most of the 240 outputs
of a redraw are skipped: without this, each redraw takes a training a tenth of a second
of processor. Leans on ``BlockFunction.outputs`` and on ``stateful`` of a component.

For Gradio 6.31. Can go when Gradio skips at no cost, which a test would see.
"""

import asyncio
import copy
from collections.abc import Sequence
from typing import Any

import gradio as gr

SKIPPED = gr.skip()
# Gradio works on the event loop: after so many outputs others have their turn.
AT_ONCE = 16


class Blocks(gr.Blocks):
    """Gradio's Blocks, but only news are worked on."""

    async def postprocess_data(
        self, block_fn: Any, predictions: Any, state: Any
    ) -> list[Any]:
        """What the browser is sent for each output; only news are worked on."""
        work = super().postprocess_data
        listed = isinstance(predictions, list) and len(predictions) > 1
        if not listed or len(predictions) != len(block_fn.outputs):
            return list(await work(block_fn, predictions, state))
        pairs = enumerate(zip(block_fn.outputs, predictions, strict=True))
        news = [n for n, (to, told) in pairs if to.stateful or not is_skipped(told)]
        if not news:
            return [SKIPPED] * len(predictions)
        sent: dict[int, Any] = {}
        for some in (news[n : n + AT_ONCE] for n in range(0, len(news), AT_ONCE)):
            fewer, values = with_outputs(block_fn, some), [predictions[n] for n in some]
            made = await work(fewer, values if len(values) > 1 else values[0], state)
            sent |= zip(some, made, strict=True)
            await asyncio.sleep(0)
        return [sent.get(n, SKIPPED) for n in range(len(predictions))]


def with_outputs(block_fn: Any, numbers: Sequence[int]) -> Any:
    """A function of the page with some of its outputs only."""
    fewer = copy.copy(block_fn)
    fewer.outputs = [block_fn.outputs[n] for n in numbers]
    return fewer


def is_skipped(told: Any) -> bool:
    """Whether a function told nothing of an output."""
    return isinstance(told, dict) and told == SKIPPED
