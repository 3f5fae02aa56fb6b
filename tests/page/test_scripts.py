"""The page's scripts, which the browser reads as one."""

import re

from webui.page.theme import page_script


def test_no_name_is_declared_twice() -> None:
    """A second `const` of a name would keep every script of the page from running."""
    declared = r"^(?:async )?(?:function|const|let|class) (\w+)"
    names = re.findall(declared, page_script(), re.MULTILINE)
    assert len(names) > 50
    assert {name for name in names if names.count(name) > 1} == set()
