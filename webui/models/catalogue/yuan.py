"""Yuan2-2B by its shape alone: Transformers does not know it.

A Llama with one module more in each layer: Localized Filtering-based Attention, two
convolutions over neighbouring tokens before query and key are made.
https://arxiv.org/abs/2311.15786

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
            self.q_proj = nn.Linear(width, width, bias=False)
            self.k_proj = nn.Linear(width, width, bias=False)
            self.v_proj = nn.Linear(width, width, bias=False)
            self.o_proj = nn.Linear(width, width, bias=False)
            self.rotary_emb = YuanRotaryEmbedding()
            self.lf_gate = LocalizedFiltering(width)

    class YuanDecoderLayer(nn.Module):
        def __init__(self, config: Any) -> None:
            super().__init__()
            self.self_attn = YuanAttention(config.hidden_size)
            self.mlp = YuanMLP(config)
            self.input_layernorm = YuanRMSNorm(config.hidden_size)
            self.post_attention_layernorm = YuanRMSNorm(config.hidden_size)

    class YuanPreTrainedModel(PreTrainedModel):
        config_class = YuanConfig
        base_model_prefix = "model"

    class YuanModel(YuanPreTrainedModel):
        def __init__(self, config: Any) -> None:
            super().__init__(config)
            depth, width = config.num_hidden_layers, config.hidden_size
            self.embed_tokens = nn.Embedding(config.vocab_size, width)
            self.layers = nn.ModuleList(YuanDecoderLayer(config) for _ in range(depth))
            self.norm = YuanRMSNorm(width)
            self.post_init()

    class YuanForCausalLM(YuanPreTrainedModel, GenerationMixin):
        _tied_weights_keys = {"lm_head.weight": "model.embed_tokens.weight"}

        def __init__(self, config: Any) -> None:
            super().__init__(config)
            self.model = YuanModel(config)
            self.lm_head = nn.Linear(config.hidden_size, config.vocab_size, bias=False)
            self.post_init()

    return YuanConfig, YuanForCausalLM
