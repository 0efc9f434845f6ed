"""Who may import whom: app -> agent -> tools. Read from the source, so that nothing has to be imported."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("agent", "tools", "prompts", "eval", "distill", "benchmarks")
MAY_IMPORT = {
    "app": {"agent"},
    "agent": {"agent", "tools", "prompts"},
    "tools": {"tools"},
    "prompts": {"prompts", "tools"},
    "eval": {"eval", "agent", "tools", "prompts"},
    "distill": {"distill", "agent", "tools", "prompts", "eval"},
    "benchmarks": {"benchmarks", "agent", "tools", "eval"},
}
HEAVY = ("torch", "transformers", "sentence_transformers", "faiss", "bm25s", "scipy.sparse")


def modules() -> dict[str, Path]:
    """Every module of ours by dotted name."""
    found = {"app": ROOT / "app.py"}
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


MODULES = modules()


def imported(name: str, *, at_import: bool = False) -> Iterator[str]:
    """Modules of ours that a module imports; at_import: only what importing it runs."""
    tree = ast.parse(MODULES[name].read_text(encoding="utf8"))
    nodes = _top_level(tree) if at_import else ast.walk(tree)
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{name} imports relatively"
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                yield inner if inner in MODULES else node.module


def _top_level(tree: ast.Module) -> Iterator[ast.stmt]:
    for node in tree.body:
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            continue
        yield node


def ours(name: str, *, at_import: bool = False) -> set[str]:
    return {module for module in imported(name, at_import=at_import) if module in MODULES}


@pytest.mark.parametrize("name", MODULES)
def test_imports_go_one_way(name: str) -> None:
    layer = name.partition(".")[0]
    reached = {module.partition(".")[0] for module in ours(name)}
    assert reached <= MAY_IMPORT[layer], f"{name} imports {sorted(reached - MAY_IMPORT[layer])}"


def test_there_are_no_cycles() -> None:
    graph = {name: ours(name) for name in MODULES}
    done: set[str] = set()

    def visit(name: str, path: tuple[str, ...]) -> None:
        assert name not in path, " -> ".join((*path[path.index(name) :], name))
        if name not in done:
            for other in sorted(graph[name] - {name}):
                visit(other, (*path, name))
            done.add(name)

    for name in graph:
        visit(name, ())


CHOOSING = {"agent.build", "agent.terminal.commands"}
"""Which parts there are is chosen here by a setting or a command: what is slow to load is loaded once it is chosen."""


def test_nothing_is_imported_inside_a_function_from_our_own_packages() -> None:
    hidden = {name: ours(name) - ours(name, at_import=True) for name in MODULES if name not in CHOOSING}
    assert {name: inner for name, inner in hidden.items() if inner} == {}


def test_wishes_and_domains_are_read_without_any_model_library() -> None:
    script = (
        f"import sys, tools.domain, tools.wishes, tools.catalogue; print([m for m in {HEAVY!r} if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("name", MODULES)
def test_importing_a_module_reads_no_file_and_calls_nothing_heavy(name: str) -> None:
    opened = {"open", "read_text", "read_bytes", "load", "from_pretrained", "connect", "build"}
    for node in _top_level(ast.parse(MODULES[name].read_text(encoding="utf8"))):
        if isinstance(node, (ast.Assign, ast.AnnAssign, ast.Expr)):
            for call in ast.walk(node):
                if isinstance(call, ast.Call):
                    said = ast.unparse(call.func).rpartition(".")[2]
                    assert said not in opened, f"{name}:{call.lineno} calls {said} when imported"


def test_no_word_about_films_stands_in_code() -> None:
    about_films = {"film", "films", "movie", "movies", "actor", "runtime", "genre"}
    found = []
    for name, path in MODULES.items():
        # The settings name the folder of the shipped catalogue.
        if name.partition(".")[0] not in ("agent", "tools") or name == "agent.settings":
            continue
        tree = _without_docstrings(ast.parse(path.read_text(encoding="utf8")))
        found += [
            f"{name}:{node.lineno} {node.value!r}"
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant) and str(node.value).lower() in about_films
        ]
    assert found == []


def _without_docstrings(tree: ast.Module) -> ast.Module:
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list):
            node.body = [  # type: ignore[attr-defined]
                one for one in body if not (isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant))
            ]
    return tree
