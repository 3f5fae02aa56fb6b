"""What is carried runs alone: with its helpers and imports, and nothing of ours."""

import ast
import builtins
import dis
import importlib
import inspect
import pkgutil
import types

import pytest

import webui.notebook.carried as package
from webui.notebook.carried.tokens import tokenize
from webui.notebook.carry import CARRIED, names_in, source_of

MODULES = [
    importlib.import_module(f"{CARRIED}.{module.name}")
    for module in pkgutil.iter_modules(package.__path__)
]
FUNCTIONS = [
    function
    for module in MODULES
    for function in vars(module).values()
    if inspect.isfunction(function) and function.__module__ == module.__name__
]


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda f: f.__name__)
def test_a_function_and_its_helpers_stand_alone(function: types.FunctionType) -> None:
    modules, source = source_of([function])
    names: dict = {module: importlib.import_module(module) for module in modules}
    exec(source, names)
    code = names[function.__name__].__code__
    assert list(names_in(code)) == list(names_in(function.__code__))
    found = [helper for helper in names.values() if inspect.isfunction(helper)]
    looked_up = {name for helper in found for name in global_names(helper.__code__)}
    assert looked_up <= {*names, *vars(builtins)}


def global_names(code: types.CodeType) -> set[str]:
    """The names that a code looks up outside of itself."""
    inner = [part for part in code.co_consts if isinstance(part, types.CodeType)]
    own = {i.argval for i in dis.get_instructions(code) if i.opname == "LOAD_GLOBAL"}
    return own.union(*map(global_names, inner))


def test_no_two_carried_functions_share_a_name() -> None:
    names = [function.__name__ for function in FUNCTIONS]
    assert sorted(names) == sorted(set(names))


@pytest.mark.parametrize("module", MODULES, ids=lambda m: m.__name__)
def test_carried_modules_hold_functions_and_plain_imports_only(module) -> None:
    for node in ast.parse(inspect.getsource(module)).body:
        if isinstance(node, ast.ImportFrom):
            assert str(node.module).startswith(CARRIED)
        elif isinstance(node, ast.Assign):
            assert [ast.unparse(target) for target in node.targets] == ["__all__"]
        else:
            assert isinstance(node, ast.FunctionDef | ast.Import | ast.Expr)


def test_helpers_come_first_and_once() -> None:
    _, source = source_of([tokenize, tokenize])
    names = [node.name for node in ast.parse(source).body]
    assert names == ["labels_of", "tokenize"]
