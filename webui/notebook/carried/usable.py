"""Keep the rows that can be trained on, and say what was left out."""


def usable(records, prepare) -> list[dict]:
    """The rows that can be used, each prepared and beside the raw row it came from.

    Records are pairs of a place and a row, or of a place and what is wrong there.
    """
    rows, left_out = [], []
    for place, row in records:
        try:
            if isinstance(row, ValueError):
                raise row
            rows.append({"row": row, **prepare(row)})
        except ValueError as reason:
            left_out.append(f"{place}: {reason.args[0]}")
    print(f"{len(rows)} rows, {len(left_out)} left out", *left_out[:10], sep="\n")
    return rows
