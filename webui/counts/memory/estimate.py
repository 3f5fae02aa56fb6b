"""About how much memory a training takes at its peak, from sizes alone.

    weights      4, 2 or 1 bytes each; in 4 bits half a byte and its scales for linear
                 layers, and 2 bytes for the rest. The largest linear layer is unpacked
                 as a whole while it computes.
    adapter      4 bytes for each weight that is added
    gradients    as many bytes as the weights that learn
    optimizer    AdamW remembers two numbers for each of these, of the same type; others
                 less (optimizers.py)
    activations  what the layers keep for the way back (kept.py): all of it, or with
                 checkpointing each layer's input and one layer's inside
    logits       the loss, as Unsloth computes it: in pieces
    context      libraries: CUDA's on a GPU, Python's on a CPU

Every row is taken to be as long as the recipe allows. benchmarks/memory.py compares
the sum with what a training took.
"""

from dataclasses import dataclass

from webui.counts.memory.cards import DEFAULT, Card
from webui.counts.memory.kept import Kept, kept
from webui.counts.memory.optimizers import in_effect, state_bytes
from webui.counts.memory.parts import Memory
from webui.counts.parameters.meta import packed_numbers, parameters_of_base
from webui.counts.parameters.weights import weights_of
from webui.notebook.model_cell import learns_itself
from webui.recipe import Recipe
from webui.recipe.objectives import objective_of
from webui.recipe.sections.adapter import PREFIXES, PROMPTS

# Each 64 weights of 4 bits share a scale of 4 bytes; double quantization packs it in
# one byte, and 256 of these share one of 4 bytes.
SCALE = 4 / 64
PACKED_SCALE = 1 / 64 + 4 / (64 * 256)

# A GPU: CUDA and its libraries (PyTorch's own figures leave them out).
CUDA_CONTEXT = 600_000_000
# On its way back a layer holds gradients beside what it kept.
WAY_BACK = 1.5
# A score in 16 bits, as float32, and its gradient: enough for every published peak on a
# T4. Unsloth's loss works in pieces where that would be more than 4 GiB.
GPU_LOGIT, GPU_LOGITS_AT_MOST = 2 + 4 + 2, 4 * 2**30

# A CPU, measured with the starter: what imports take, and what the first step adds.
CPU_CONTEXT = 522_000_000 + 100_000_000
# Unsloth's loss works in pieces of 16 Mi scores, twice as float32.
CPU_SCORES, CPU_LOGIT = 16 * 2**20, 2 * 4
# glibc's allocator does not give back all that layers free (with one that gives back
# blocks of 1 MB and more at once, the peaks are lower by this): as shares of what all
# layers would keep, by the bytes of a number, measured with checkpointing, without, and
# where the base learns (the gradients of its weights then find room in it).
UNRETURNED = {
    2: {"checkpointed": 0.53, "kept": 0.62, "whole": 0.18},
    4: {"checkpointed": 0.71, "kept": 0.74, "whole": 0.22},
}


@dataclass(frozen=True)
class Numbers:
    """Bytes of a number: of the base, in computing, of the base's linear layers."""

    base: float
    computing: int
    linear: float


@dataclass(frozen=True)
class Learning:
    """Parameters that the adapter adds, and bytes and number of those that learn."""

    added: int
    numbers: int
    bytes: float


def estimate(recipe: Recipe, card: Card = DEFAULT) -> Memory:
    """Estimate the peak memory of training a recipe on a card.

    Raises:
        PlannerError: if the model cannot be read or the adapter does not fit it.
    """
    numbers = numbers_of(recipe, card)
    # On a GPU Unsloth's own kernels compute LoRA in 16 bits throughout.
    own_kernels = card.is_gpu and recipe.adapter.method == "lora"
    inside = kept(
        recipe,
        base_bytes=numbers.computing,
        adapter_bytes=numbers.computing if own_kernels else 4,
    )
    learning = learning_of(recipe, numbers)
    tokens = tokens_of(recipe)
    return Memory(
        weights=weights(recipe, card, inside, numbers),
        adapter=(learning.added + inside.buffers) * 4,
        gradients=int(learning.bytes),
        optimizer=state_bytes(
            in_effect(recipe, card), recipe, learning.numbers, learning.bytes
        ),
        activations=activations(recipe, card, inside, numbers, tokens),
        logits=logits(recipe, card, inside, tokens),
        context=CUDA_CONTEXT if card.is_gpu else CPU_CONTEXT,
    )


def numbers_of(recipe: Recipe, card: Card) -> Numbers:
    """The bytes of numbers; a CPU turns 8 bits into 16, and has no fp16."""
    model = recipe.model
    # A CPU without bf16 computes in fp32; a GPU without it has fp16.
    sixteen = 2 if card.is_gpu or card.has_bf16 else 4
    match model.precision:
        case "16bit" if learns_itself(recipe):
            return Numbers(4, 4, 4)  # small steps need it
        case "fp32":
            return Numbers(4, 4, 4)
        case "bf16":
            return Numbers(2, 2, 2)
        case "8bit" if card.is_gpu:
            return Numbers(2, 2, 1)
        case "4bit":
            scale = PACKED_SCALE if model.double_quant or not card.is_gpu else SCALE
            return Numbers(sixteen, sixteen, 0.5 + scale)
        case _:
            return Numbers(sixteen, sixteen, sixteen)


def learning_of(recipe: Recipe, numbers: Numbers) -> Learning:
    """What learns. Added weights learn in fp32, those of the base in its type."""
    rows = weights_of(recipe).rows
    added = sum(row.total for row in rows if row.added)
    own = sum(row.total for row in rows if row.learns and not row.added)
    trained = sum(row.total for row in rows if row.learns and row.added)
    return Learning(added, own + trained, own * numbers.base + trained * 4)


def tokens_of(recipe: Recipe) -> int:
    """Tokens in one batch, virtual ones too."""
    virtual = recipe.adapter.virtual_tokens if recipe.adapter.method in PROMPTS else 0
    length = recipe.model.max_seq_length + virtual
    return recipe.training.batch_size * objective_of(recipe).sequences * length


def weights(recipe: Recipe, card: Card, inside: Kept, numbers: Numbers) -> int:
    """Bytes of the base's weights."""
    linear = inside.linear
    if recipe.model.precision == "4bit":
        linear = packed_numbers(recipe)
    rest = parameters_of_base(recipe) - linear
    size = rest * numbers.base + linear * numbers.linear
    if numbers.linear < numbers.computing:
        size += inside.largest * numbers.computing
    # A method that changes the base keeps a copy of it in main memory.
    changed = recipe.adapter.method in ("full", "freeze")
    if not card.is_gpu and (changed or recipe.adapter.start in ("pissa", "olora")):
        size *= 2
    return int(size)


def checkpointing(recipe: Recipe, card: Card) -> str:
    """The checkpointing that takes effect: "unsloth", "standard" or "none"."""
    if recipe.adapter.method in PREFIXES:
        return "none"
    asked = recipe.training.gradient_checkpointing
    return "standard" if asked == "unsloth" and not card.is_gpu else asked


def activations(
    recipe: Recipe, card: Card, inside: Kept, numbers: Numbers, tokens: int
) -> int:
    """Bytes kept for the way back, and what the allocator of a CPU holds beside."""
    how, everything = checkpointing(recipe, card), kept_by_all(recipe, inside, tokens)
    if how == "none":
        live = everything
    else:
        live = inside.most(tokens) * (WAY_BACK if card.is_gpu else 1)
        # Unsloth's keeps the layers' inputs in main memory, but for two of them.
        inputs = inside.depth if how == "standard" else 2
        live += tokens * inside.hidden * numbers.computing * inputs
    if card.is_gpu:
        return int(live)
    share = "kept" if how == "none" else "checkpointed"
    if recipe.adapter.method == "full":
        share = "whole"
    return int(live + UNRETURNED[numbers.computing][share] * everything)


def kept_by_all(recipe: Recipe, inside: Kept, tokens: int) -> float:
    """Bytes that all layers keep; those before the first that learns keep nothing."""
    if recipe.adapter.method != "freeze":
        return inside.all(tokens)
    return sum(
        layer.copies * layer.bytes(tokens) for layer in inside.layers if layer.learns
    )


def logits(recipe: Recipe, card: Card, inside: Kept, tokens: int) -> int:
    """Bytes of the loss."""
    scores = tokens * inside.vocab
    if card.is_gpu:
        return min(scores * GPU_LOGIT, GPU_LOGITS_AT_MOST)
    size = min(scores, CPU_SCORES) * CPU_LOGIT
    if recipe.adapter.method == "full":
        size += inside.vocab * inside.hidden * 4  # the gradient of the output layer
    return size
