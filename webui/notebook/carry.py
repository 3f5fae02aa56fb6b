"""The source text of functions that the notebook carries, with all that they need.

A carried function uses its arguments, modules of the standard library and other
carried functions, so its source runs anywhere.
"""

import inspect
import types
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

CARRIED = "webui.notebook.carried"
# Reading a function's source takes milliseconds, and the page asks at every redraw.
read_source = cache(inspect.getsource)


def source_of(functions: list[Callable]) -> tuple[list[str], str]:
    """The modules to import, and the functions with their helpers, helpers first."""
    modules: set[str] = set()
    found: dict[str, Callable] = {}
    for function in functions:
        collect(function, modules, found)
    sources = [read_source(function).strip() for function in found.values()]
    return sorted(modules), "\n\n\n".join(sources)


def collect(
    function: Callable, modules: set[str], found: dict[str, Callable], busy: tuple = ()
) -> None:
    """Put a function's modules, its helpers and then itself into what was found."""
    if function.__name__ in found or function in busy:
        return
    for name in names_in(function.__code__):
        used = function.__globals__.get(name)
        if isinstance(used, types.ModuleType):
            modules.add(used.__name__)
        elif inspect.isfunction(used) and used.__module__.startswith(CARRIED):
            collect(used, modules, found, (*busy, function))
    found[function.__name__] = function


def names_in(code: Any) -> Iterator[str]:
    """The names that a code object and the functions inside it look up."""
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from names_in(constant)
