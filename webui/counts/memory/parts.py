"""What a training's peak memory consists of, and how sure the estimate is."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Memory:
    """About what a training takes at its peak, in bytes, part by part.

    weights      the base, as it is loaded
    adapter      the weights that are added
    gradients    one number for each weight that learns
    optimizer    what the optimizer remembers of each of these
    activations  what the layers keep for the way back
    logits       the loss: scores over the vocabulary and their gradients
    context      what Python's and the device's libraries take
    """

    weights: int
    adapter: int
    gradients: int
    optimizer: int
    activations: int
    logits: int
    context: int

    @property
    def total(self) -> int:
        """All parts together, for batches that are full of rows of full length."""
        return self.fixed + self.batch

    @property
    def low(self) -> int:
        """With rows half as long on the average, which is usual."""
        return self.fixed + self.batch // 2

    @property
    def high(self) -> int:
        """With a quarter more for the batch: what an allocator may leave unused."""
        return self.fixed + self.batch * 5 // 4

    @property
    def batch(self) -> int:
        """What grows with the batch and the length of its rows."""
        return self.activations + self.logits

    @property
    def fixed(self) -> int:
        """What does not depend on the batch."""
        learning = self.adapter + self.gradients + self.optimizer
        return self.weights + learning + self.context
