"""Memory is not enough: the GPU's, or the machine's."""

from webui.diagnosis.cause import SMALLER, Cause

MEMORY = (
    # accelerate's word when auto_find_batch_size came down to nothing.
    Cause(
        "memory",
        r"No executable batch size found",
        "The memory is not enough for {cell}, even with one row at a time.",
        "即使每次只用一条数据，内存也不够运行 {cell}。",
        "Shorten the longest sequence, load the base in 4-bit, or choose a smaller "
        "model.",
        "请缩短最大序列长度、改用 4 位基座，或选择更小的模型。",
    ),
    Cause(
        "gpu_memory",
        r"OutOfMemoryError|(?:CUDA|HIP|XPU|MPS)[^\n]{0,20} out of memory"
        r"|CUBLAS_STATUS_ALLOC_FAILED|dispatched on the CPU or the disk",
        "The GPU's memory is not enough for {cell}: weights, activations of a "
        "batch and the optimizer together are larger.",
        "显存不足，无法运行 {cell}：权重、一批数据的激活值和优化器合计超出显存。",
        *SMALLER,
    ),
    Cause(
        "memory",
        r"^\S+ MemoryError|DefaultCPUAllocator|std::bad_alloc|not enough memory"
        r"|Cannot allocate memory",
        "The machine's memory is not enough for {cell}.",
        "内存不足，无法运行 {cell}。",
        *SMALLER,
    ),
)
