"""Rows of a data set of the hub, as they arrive: little is downloaded, no code is run.

The notebook downloads the data set whole. Here it is streamed, so that the first rows
are seen within seconds. Where the hub is out of reach, they come from what was
downloaded earlier.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from webui.errors import PlannerError
from webui.models.hub import reach_hub
from webui.models.hub_errors import out_of_reach
from webui.recipe import Recipe
from webui.rows.reading.arrow import read_dataset
from webui.rows.reading.hub_failures import explain_hub, wrong_part
from webui.rows.reading.sources import ROW, Record

Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Wanted:
    """Which part of which data set is asked for; None is what the hub chooses."""

    name: str
    config: str | None = None
    split: str = "train"
    revision: str | None = None


def hub_records(
    name: str,
    config: str | None = None,
    split: str = "train",
    revision: str | None = None,
) -> Iterator[Record]:
    """The rows of a data set of the hub, numbered from 1.

    Numbers of labels become their names; images and sounds stay bytes.

    Raises:
        PlannerError: if there is no such data set, configuration, split or revision,
            if it needs a licence or code of its own, or if the hub is out of reach.
    """
    wanted = Wanted(name, config or None, split, revision or None)
    with explain_hub_failures(wanted):
        rows = read_dataset(reached(wanted, lambda: stream(wanted)))
    return numbered_records(wanted, rows)


def hub_revision(recipe: Recipe) -> str:
    """The commit of a recipe's data set of the hub, so that a newer one is told from
    it; empty for files, and where the hub is out of reach."""
    if recipe.data.source != "hub":
        return ""
    name, revision = recipe.data.hub_dataset, recipe.data.hub_revision or None
    try:
        return str(reach_hub("dataset", name, revision).sha or "")
    except Exception:  # out of reach, or not there: the reader says so
        return ""


def numbered_records(
    wanted: Wanted, rows: Iterator[tuple[int, dict[str, Any]]]
) -> Iterator[Record]:
    """The rows as records; a failure on the way is told as well."""
    with explain_hub_failures(wanted):
        for number, row in rows:
            yield Record(wanted.name, number, ROW, row)


def stream(wanted: Wanted) -> Any:
    """The data set, of which nothing but the beginning has been read."""
    import datasets
    from pyarrow.dataset import ParquetFragmentScanOptions

    name, config, revision = wanted.name, wanted.config, wanted.revision
    try:
        builder = datasets.load_dataset_builder(name, config, revision=revision)
        if hasattr(builder.config, "fragment_scan_options"):
            # Otherwise the first row of a Parquet file costs 32 MiB.
            sparing = ParquetFragmentScanOptions(pre_buffer=False)
            builder.config.fragment_scan_options = sparing
        return builder.as_streaming_dataset(split=wanted.split)
    except ValueError as error:
        text = wrong_part(name, config, wanted.split, *all_splits(wanted))
        raise PlannerError(text) if text else error from None


def all_splits(wanted: Wanted) -> tuple[dict[str, tuple[str, ...]], str | None]:
    """The splits of each configuration, and which one is used when none is named."""
    import datasets

    name, revision = wanted.name, wanted.revision
    names = datasets.get_dataset_config_names(name, revision=revision)
    default = datasets.get_dataset_default_config_name(name, revision=revision)
    builder = datasets.load_dataset_builder(name, names[0], revision=revision)
    files = {key: config.data_files for key, config in builder.builder_configs.items()}
    files = files or {names[0]: builder.info.splits}  # one that was downloaded earlier
    splits = {
        key: tuple(str(split) for split in files[key] or ())
        for key in sorted(files, key=lambda key: key != default)
    }
    return splits, default


def reached(wanted: Wanted, action: Callable[[], Answer]) -> Answer:
    """What an action answers, from the hub, or from what was downloaded earlier."""
    hurry()
    try:
        reach_hub("dataset", wanted.name, wanted.revision)
    except Exception as error:
        if not out_of_reach(error):
            raise
        try:
            with offline():
                return action()
        except Exception:
            raise error from None
    return action()


def hurry() -> None:
    """Make the datasets library give up sooner than after twenty tries."""
    import datasets

    datasets.config.STREAMING_OPEN_MAX_RETRIES = 2
    datasets.config.STREAMING_READ_MAX_RETRIES = 2
    # A second server, which mirrors of the hub lack, and which may take 100 s.
    datasets.config.USE_PARQUET_EXPORT = False


@contextmanager
def offline() -> Iterator[None]:
    """Let the datasets library look at nothing but what is on this machine."""
    import datasets

    before = datasets.config.HF_HUB_OFFLINE
    datasets.config.HF_HUB_OFFLINE = True
    try:
        yield
    finally:
        datasets.config.HF_HUB_OFFLINE = before


@contextmanager
def explain_hub_failures(wanted: Wanted) -> Iterator[None]:
    """Turn every failure into one sentence with what to do."""
    try:
        yield
    except (PlannerError, ModuleNotFoundError):
        raise
    except Exception as error:
        raise PlannerError(explain_hub(wanted.name, wanted.revision, error)) from error
