"""Architectures by their shape alone, of models that Transformers does not know.

Each has every module of the real one under its real name and computes nothing. They
are on the meta device if built there.

    internlm2  InternLM2 and 2.5: a Llama whose query, key and value are one layer,
               under names of its own. https://arxiv.org/abs/2403.17297
    yuan       Yuan2-2B: a Llama with one module more in each layer, Localized
               Filtering-based Attention: two convolutions over neighbouring tokens
               before query and key are made. https://arxiv.org/abs/2311.15786
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

DRAWN = ("internlm2", "yuan")


@lru_cache(maxsize=len(DRAWN))
def drawing(kind: str) -> tuple[Any, Any] | None:
    """The classes of the configuration and the model of an architecture that
    Transformers lacks, as its authors named them; None for all others."""
    if kind not in DRAWN:
        return None
    return internlm2() if kind == "internlm2" else yuan()


def internlm2() -> tuple[Any, Any]:
    """The classes of InternLM2."""
    from torch import nn
    from transformers import PretrainedConfig
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

    parts = InternLM2DecoderLayer, InternLM2RMSNorm
    return whole_model("InternLM2", InternLM2Config, *parts, "tok_embeddings", "output")


def yuan() -> tuple[Any, Any]:
    """The classes of Yuan."""
    from torch import nn
    from transformers import PretrainedConfig
    from transformers.models.llama.modeling_llama import LlamaMLP, LlamaRMSNorm

    class YuanConfig(PretrainedConfig):
        model_type = "yuan"
        hidden_act = "silu"
        mlp_bias = False

    class YuanRMSNorm(LlamaRMSNorm):
        pass

    class YuanMLP(LlamaMLP):
        pass

    class YuanRotaryEmbedding(nn.Module):
        pass

    class LocalizedFiltering(nn.Module):
        def __init__(self, width: int) -> None:
            super().__init__()
            self.conv1 = nn.Conv2d(width, width // 2, (2, 1))
            self.conv2 = nn.Conv2d(width // 2, width, (2, 1))
            self.output_layernorm = YuanRMSNorm(width)

    class YuanAttention(nn.Module):
        def __init__(self, width: int) -> None:
            super().__init__()
            for name in ("q_proj", "k_proj", "v_proj", "o_proj"):
                self.add_module(name, nn.Linear(width, width, bias=False))
            self.rotary_emb = YuanRotaryEmbedding()
            self.lf_gate = LocalizedFiltering(width)

    class YuanDecoderLayer(nn.Module):
        def __init__(self, config: Any) -> None:
            super().__init__()
            self.self_attn = YuanAttention(config.hidden_size)
            self.mlp = YuanMLP(config)
            self.input_layernorm = YuanRMSNorm(config.hidden_size)
            self.post_attention_layernorm = YuanRMSNorm(config.hidden_size)

    parts = YuanDecoderLayer, YuanRMSNorm
    made = whole_model("Yuan", YuanConfig, *parts, "embed_tokens", "lm_head")
    made[1]._tied_weights_keys = {"lm_head.weight": "model.embed_tokens.weight"}
    return made


def whole_model(
    title: str,
    configuration: Any,
    layer: Callable[[Any], Any],
    norm: Callable[[int], Any],
    embedding: str,
    head: str,
) -> tuple[Any, Any]:
    """The classes of a model of such layers, whose ends are called so."""
    from torch import nn
    from transformers import GenerationMixin, PreTrainedModel

    class Drawn(PreTrainedModel):
        config_class = configuration
        base_model_prefix = "model"

    class Body(Drawn):
        def __init__(self, config: Any) -> None:
            super().__init__(config)
            width, depth = config.hidden_size, range(config.num_hidden_layers)
            self.add_module(embedding, nn.Embedding(config.vocab_size, width))
            self.layers = nn.ModuleList(layer(config) for _ in depth)
            self.norm = norm(width)
            self.post_init()

        def get_input_embeddings(self) -> Any:
            return getattr(self, embedding)

    class ForCausalLM(Drawn, GenerationMixin):
        def __init__(self, config: Any) -> None:
            super().__init__(config)
            self.model = Body(config)
            scores = nn.Linear(config.hidden_size, config.vocab_size, bias=False)
            self.add_module(head, scores)
            self.post_init()

        def get_output_embeddings(self) -> Any:
            return getattr(self, head)

    Body.__name__, ForCausalLM.__name__ = f"{title}Model", f"{title}ForCausalLM"
    return configuration, ForCausalLM
