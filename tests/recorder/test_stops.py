"""Which answer a training's rows hold, to see whether the model ends it by itself."""

from webui.recorder.stops import Example, example_of


def test_the_answer_is_found_in_rows_of_every_trainer() -> None:
    hidden = {"input_ids": [1, 2, 3, 4], "labels": [-100, -100, 3, 4]}
    assert example_of(hidden) == Example([1, 2], [3, 4])
    judged = {"prompt_ids": [1, 2], "chosen_ids": [3, 4], "rejected_ids": [5]}
    assert example_of(judged) == Example([1, 2], [3, 4])
    assert example_of({"prompt_ids": [1, 2], "completion_ids": [3]}) == (
        Example([1, 2], [3])
    )


def test_rows_without_an_answer_hold_none() -> None:
    assert example_of({"input_ids": [1, 2]}) is None
    assert example_of({"prompt": [{"role": "user", "content": "Hi"}]}) is None
