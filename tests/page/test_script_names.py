"""The page's scripts are read as one, so no name may be declared in two of them."""

import re

from webui.page.theme import FOLDER, SCRIPTS

DECLARED = re.compile(r"^(?:async )?function (\w+)|^(?:const|let|class) (\w+)", re.M)


def test_no_name_is_declared_twice() -> None:
    where: dict[str, list[str]] = {}
    for script in SCRIPTS:
        for found in DECLARED.finditer((FOLDER / script).read_text(encoding="utf-8")):
            where.setdefault(found[1] or found[2], []).append(script)
    assert len(where) > 50
    assert {name: files for name, files in where.items() if len(files) > 1} == {}
