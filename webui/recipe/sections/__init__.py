"""The sections of a recipe, each with all of its fields: where a field is added."""

from pydantic import BaseModel, ConfigDict, Field

from webui.recipe.sections.adapter import Adapter
from webui.recipe.sections.compare import Compare
from webui.recipe.sections.data import Data
from webui.recipe.sections.evaluation import Evaluation
from webui.recipe.sections.model import Model
from webui.recipe.sections.split import Split
from webui.recipe.sections.sweep import Sweep
from webui.recipe.sections.training import Training
from webui.recipe.sections.watch import Watch


class Recipe(BaseModel):
    """Everything the user asks for. ``name`` is a label and changes no code."""

    # Python's own regular expressions: what is a letter is not the same to others.
    model_config = ConfigDict(
        frozen=True, extra="forbid", validate_default=True, regex_engine="python-re"
    )

    name: str = Field("untitled", pattern=r"^[\w .-]{1,60}\Z")
    model: Model = Model()
    data: Data = Data()
    split: Split = Split()
    adapter: Adapter = Adapter()
    training: Training = Training()
    evaluation: Evaluation = Evaluation()
    watch: Watch = Watch()
    compare: Compare = Compare()
    sweep: Sweep = Sweep()
