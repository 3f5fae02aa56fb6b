"""InternLM2 and 2.5 by their shape alone: Transformers does not know them.

A Llama whose query, key and value are one layer, under names of its own.
https://arxiv.org/abs/2403.17297

It has every module of the real one under its real name and computes nothing.
"""

from functools import lru_cache
from typing import Any


@lru_cache(maxsize=1)
def classes() -> tuple[Any, Any]:
    """The classes of its configuration and of the model, as its authors named them.

    A model is on the meta device if built there.
    """
    from torch import nn
    from transformers import GenerationMixin, PretrainedConfig, PreTrainedModel
    from transformers.models.llama.modeling_llama import LlamaRMSNorm

    class InternLM2Config(PretrainedConfig):
        model_type = "internlm2"

    class InternLM2RMSNorm(LlamaRMSNorm):
        pass

    class InternLM2Attention(nn.Module):
        def __init__(self, config: Any) -> None:
            super().__init__()
            width, heads = config.hidden_size, config.num_attention_heads
            grouped = heads + 2 * config.num_key_value_heads
            self.wqkv = nn.Linear(width, grouped * width // heads, bias=False)
            self.wo = nn.Linear(width, width, bias=False)

    class InternLM2MLP(nn.Module):
        def __init__(self, width: int, inner: int) -> None:
            super().__init__()
            self.w1 = nn.Linear(width, inner, bias=False)
            self.w3 = nn.Linear(width, inner, bias=False)
            self.w2 = nn.Linear(inner, width, bias=False)

    class InternLM2DecoderLayer(nn.Module):
        def __init__(self, config: Any) -> None:
            super().__init__()
            width = config.hidden_size
            self.attention = InternLM2Attention(config)
            self.feed_forward = InternLM2MLP(width, config.intermediate_size)
            self.attention_norm = InternLM2RMSNorm(width)
            self.ffn_norm = InternLM2RMSNorm(width)

    class InternLM2PreTrainedModel(PreTrainedModel):
        config_class = InternLM2Config
        base_model_prefix = "model"

    class InternLM2Model(InternLM2PreTrainedModel):
        def __init__(self, config: Any) -> None:
            super().__init__(config)
            depth, width = config.num_hidden_layers, config.hidden_size
            self.tok_embeddings = nn.Embedding(config.vocab_size, width)
            self.layers = nn.ModuleList(
                InternLM2DecoderLayer(config) for _ in range(depth)
            )
            self.norm = InternLM2RMSNorm(width)
            self.post_init()

        def get_input_embeddings(self) -> Any:
            return self.tok_embeddings

    class InternLM2ForCausalLM(InternLM2PreTrainedModel, GenerationMixin):
        def __init__(self, config: Any) -> None:
            super().__init__(config)
            self.model = InternLM2Model(config)
            self.output = nn.Linear(config.hidden_size, config.vocab_size, bias=False)
            self.post_init()

        def get_output_embeddings(self) -> Any:
            return self.output

    return InternLM2Config, InternLM2ForCausalLM
