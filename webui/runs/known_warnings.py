"""The libraries' warnings that we know: a pattern, plain words, harmless or not."""

from dataclasses import dataclass

# What we say for PEFT, which leaves such weights out without a word.
UNKNOWN = "weights of the adapter that fit nothing"


@dataclass(frozen=True)
class Known:
    """A warning that we know by a pattern, in plain words; groups fill its braces."""

    pattern: str
    english: str
    chinese: str
    harmless: bool = False


def harmless(pattern: str, english: str, chinese: str) -> Known:
    """A warning that nobody has to do anything about."""
    return Known(pattern, english, chinese, harmless=True)


KNOWN = (
    Known(
        r"tie_word_embeddings=True.*(part of the adapter|ensure_weight_tying)",
        "This model uses one table of embeddings for its input and its output, and "
        "the adapter changes it. Trained it works as it is; merged or converted to "
        "another format, it may answer differently. Leave the embeddings out of "
        "the targets if you want to merge.",
        "该模型的输入和输出共用同一张嵌入表，而适配器改动了它。直接使用没有问题；"
        "但合并或转换为其他格式后，回答可能不同。若要合并，请不要把嵌入层作为目标。",
    ),
    Known(
        rf"{UNKNOWN}: (\d+)",
        "{0} weights in the adapter's files fit nothing in this model and were left "
        "out. The adapter was probably made for another model, or with other targets.",
        "适配器文件中有 {0} 个权重与该模型不对应，已被忽略。"
        "该适配器可能是为其他模型或其他目标模块训练的。",
    ),
    Known(
        r"Found missing adapter keys while loading",
        "The adapter's files lack weights that its settings name. Those parts "
        "stand as they were before training.",
        "适配器文件缺少其配置中列出的部分权重；这些部分仍是训练前的状态。",
    ),
    Known(
        r"Moved (.+?) from `target_modules` to `modules_to_save`",
        "Unsloth trains {0} as a whole instead of by an adapter. That takes more "
        "memory, and the saved adapter becomes larger.",
        "Unsloth 将 {0} 作为完整权重训练，而不是使用适配器。"
        "这会占用更多显存，保存的适配器也更大。",
    ),
    harmless(
        r"Training (embed_tokens|lm_head) in mixed precision",
        "Unsloth trains {0} as a whole, in 32 bits.",
        "Unsloth 以 32 位完整训练 {0}。",
    ),
    harmless(
        r"(?:Dropout = 0|bias = `none`) is supported for fast patching\. You are using "
        r"(dropout|bias) = (\S+?)\.?(?:\s|$)",
        "With {0} = {1} Unsloth's fast path is off for the adapter's layers: the "
        "training is right, but slower.",
        "{0} = {1} 时，Unsloth 的快速路径对适配器层不生效：结果正确，但速度较慢。",
    ),
    Known(
        r"[Aa]lready ha(?:ve|s) LoRA adapters",
        "The model already had an adapter, so Unsloth attached no new one.",
        "模型已带有适配器，因此 Unsloth 没有附加新的适配器。",
    ),
    Known(
        r"Full finetuning is enabled, so \.get_peft_model has no effect",
        "Everything is trained, so no adapter was attached.",
        "已启用全量微调，因此没有附加适配器。",
    ),
    Known(
        r"multiple adapters in the model",
        "The model already had an adapter when this one was attached.",
        "附加该适配器时，模型中已经有另一个适配器。",
    ),
    Known(
        r"exclude_modules=.* but no modules were excluded",
        "Modules were to be left out, but none of these names is in the model.",
        "指定了要排除的模块，但模型中没有这些名称。",
    ),
    Known(
        r"target_(?:modules|parameters)=.* were set but no (module|parameter)",
        "Some of the targets name nothing in this model; nothing is trained there.",
        "部分目标在该模型中不存在，那里不会训练任何参数。",
    ),
    Known(
        r"(rank|alpha)_pattern keys did not match any targeted module",
        "A {0} was set for modules that are not among the targets; it is ignored.",
        "为不在目标中的模块设置了 {0}，该设置被忽略。",
    ),
    Known(
        r"(?:only )?.*implementations are known to reliably support this.*"
        r"cross-contamination",
        "Packed rows may see each other with this kind of attention. See what "
        "“Packing” says in “Asked / in effect”.",
        "使用这种注意力实现时，打包的数据行之间可能相互可见。"
        "请查看“请求/实际生效”中的“打包”一项。",
    ),
    Known(
        r"end-of-turn token in the loss mask",
        "The end of an answer is not among what is learned: the model may not "
        "learn to stop.",
        "回答的结束标记不在学习范围内：模型可能学不会停止。",
    ),
    Known(
        r"tokenized prompt is not a prefix of the tokenized prompt\+completion",
        "Where a question ends and its answer begins, two characters become one "
        "token. In these rows the answer begins a token earlier or later.",
        "问题结尾和回答开头的字符合并成了一个 token；"
        "在这些数据行中，回答的起点会偏移一个 token。",
    ),
    Known(
        r"[Nn]early all labels in your dataset are -100",
        "In nearly all rows nothing is learned from: the answers are cut off or "
        "not found. Look at the preview of the Data tab.",
        "几乎所有数据行都没有可学习的内容：回答被截断或未被识别。"
        "请查看“数据”标签页的预览。",
    ),
    Known(
        r"does not support bfloat16\. Will change to float16",
        "This device has no bfloat16; float16 is used instead.",
        "该设备不支持 bfloat16，改用 float16。",
    ),
    Known(
        r"Using float16 precision for (\S+) won't work! Using float32",
        "This model does not work in float16; float32 is used, which takes twice "
        "the memory.",
        "该模型不能使用 float16，改用 float32，显存占用加倍。",
    ),
    Known(
        r"optim = '(\S+)' needs a GPU, using '(\S+)'",
        "The optimizer {0} needs a GPU; Unsloth uses {1} instead.",
        "优化器 {0} 需要 GPU，Unsloth 改用 {1}。",
    ),
    Known(
        r"(\S+) needs FlashAttention to keep packed examples apart, turning it off",
        "Unsloth turned {0} off: without a GPU's attention packed rows would see "
        "each other.",
        "Unsloth 关闭了 {0}：没有 GPU 的注意力实现，打包的数据行会相互可见。",
    ),
    Known(
        r"float16 is slow and unstable on CPU, using (\S+) instead",
        "float16 does not work well without a GPU; Unsloth uses {0} instead.",
        "没有 GPU 时 float16 不稳定，Unsloth 改用 {0}。",
    ),
    Known(
        r"(4-bit|8-bit) .*loading 16-bit weights instead",
        "{0} weights do not work on this processor; the model is loaded in 16 "
        "bits, which takes more memory.",
        "此处理器无法使用 {0} 权重，模型以 16 位加载，占用更多内存。",
    ),
    Known(
        r"(\S+) is pre-quantized; loading (\S+) for 16-bit training",
        "{0} holds packed weights, which need a GPU; Unsloth loads {1} instead.",
        "{0} 是量化后的权重，需要 GPU；Unsloth 改为加载 {1}。",
    ),
    Known(
        r"max_seq_length = (\d+) is longer than this model's (\d+)",
        "A length of {0} is more than this model can read; {1} is used.",
        "长度 {0} 超过该模型的上限，实际使用 {1}。",
    ),
    harmless(
        r"this CPU has no native bfloat16",
        "This processor computes bfloat16 slowly; float32 may be faster.",
        "此处理器计算 bfloat16 较慢；float32 可能更快。",
    ),
    harmless(
        r"no GPU found, training on CPU",
        "There is no GPU here: the training runs on the processor, which is much "
        "slower.",
        "此处没有 GPU：训练在处理器上进行，速度慢得多。",
    ),
    harmless(
        r"on \d+ CPU threads\. dtype = (?:torch\.)?(\w+), 4-bit = (\w+)",
        "Unsloth computes on the processor, with {0} weights (4-bit: {1}).",
        "Unsloth 在处理器上计算，权重类型为 {0}（4 位：{1}）。",
    ),
    harmless(
        r"torch\.compile \(Inductor|UNSLOTH_CPU_COMPILE=1 ignored|kept in bfloat16, "
        r"computing in float32",
        "Unsloth says how it computes on the processor.",
        "Unsloth 报告其在处理器上的计算方式。",
    ),
    Known(
        r"`?bitsandbytes`? is unavailable here - disabling 4bit/8bit",
        "4-bit and 8-bit weights do not work here; the model is loaded whole.",
        "此处无法使用 4 位或 8 位权重，模型以完整精度加载。",
    ),
    harmless(
        r"does not support SDPA - switching to fast eager",
        "This model has no fast attention; Unsloth uses a plainer one, which is "
        "slower.",
        "该模型没有快速注意力实现，Unsloth 使用较慢的普通实现。",
    ),
    Known(
        r"length (\d+) > the model's max sequence length of (\d+)",
        "A text of {0} tokens was cut to {1}, the longest that the model was "
        "loaded for.",
        "一段 {0} 个 token 的文本被截断为 {1}，即加载模型时设定的最大长度。",
    ),
    harmless(
        r"sequence length is longer than the specified maximum",
        "A row is longer than the model was made for. Rows that are too long are "
        "cut to the maximum length of the recipe.",
        "有数据行超过模型的设计长度；过长的数据会按配方的最大长度截断。",
    ),
    harmless(
        r"double BOS tokens",
        "The text began with two begin tokens; Unsloth takes one of them away.",
        "文本以两个起始标记开头，Unsloth 会去掉其中一个。",
    ),
    harmless(
        r"tokenizer has new PAD/BOS/EOS tokens",
        "The special tokens of the model's settings were brought in line with the "
        "tokenizer's.",
        "已将模型配置中的特殊标记与分词器保持一致。",
    ),
    harmless(
        r"[Pp]in_memory.*no accelerator",
        "There is no GPU here to copy rows to in advance.",
        "此处没有 GPU。",
    ),
    harmless(
        r"Failed to load CPU gemm|bitsandbytes.*without GPU support",
        "A faster way to compute 4-bit weights on the CPU is not installed.",
        "未安装在 CPU 上加速 4 位权重计算的组件。",
    ),
    harmless(
        r"IProgress not found",
        "Progress is shown as text, without a widget.",
        "进度以文本显示，不使用控件。",
    ),
    harmless(
        r"None of the inputs have requires_grad=True",
        "Nothing in front of the layers learns, which is so with any adapter.",
        "各层之前没有需要学习的部分，使用适配器时一向如此。",
    ),
    harmless(
        r"`?use_cache=True`? is incompatible with gradient checkpointing",
        "The cache of answers is off while the model learns.",
        "训练期间关闭回答缓存。",
    ),
    harmless(
        r"patched \d+ layers with",
        "Unsloth says how many layers it made faster.",
        "Unsloth 报告其加速的层数。",
    ),
    harmless(
        r"Not an error, but Unsloth cannot patch",
        "Unsloth cannot make some layers faster, as they have no adapter or have "
        "a bias.",
        "部分层没有适配器或带有偏置，Unsloth 无法加速。",
    ),
    harmless(
        r"[Oo]ffloading (?:\w+_)?embeddings|[Ss]martly offload gradients",
        "Unsloth moves some of its data to save memory.",
        "Unsloth 会转移部分数据以节省显存。",
    ),
    Known(
        r"padding-free|Padding-free",
        "How rows of different lengths are put together was chosen by the library; "
        "“Asked / in effect” says what is in effect.",
        "不同长度数据行的组合方式由库选择；“请求/实际生效”显示实际情况。",
    ),
    harmless(
        r"deprecated|will be removed in|FutureWarning",
        "A library announces a change of a later version.",
        "某个库预告了后续版本的变化。",
    ),
)
