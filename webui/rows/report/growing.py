"""A numpy array that rows are appended to, for figures about millions of rows."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np


class Growing:
    """Its space doubles when it is full, so that appending stays cheap."""

    def __init__(self, dtype: str, width: int | None = None) -> None:
        import numpy as np

        self.length = 0
        shape = (1024,) if width is None else (1024, width)
        self.space = np.empty(shape, dtype)

    def extend(self, values: Any) -> None:
        """Append some numbers, or some rows of ``width`` numbers."""
        import numpy as np

        end = self.length + len(values)
        if end > len(self.space):
            shape = (max(end, 2 * len(self.space)), *self.space.shape[1:])
            larger = np.empty(shape, self.space.dtype)
            larger[: self.length] = self.values
            self.space = larger
        self.space[self.length : end] = values
        self.length = end

    @property
    def values(self) -> "np.ndarray":
        """What was appended so far; a view, to be used before the next append."""
        return self.space[: self.length]
