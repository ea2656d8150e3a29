"""Calls a function as soon as a module has been imported, because libraries may be imported late."""

import sys
from collections.abc import Callable, Mapping, Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any


class ImportHook(MetaPathFinder):
    """A finder that leaves imports to the others and calls a function after those of some modules.

    Args:
        callbacks: function by module name.
    """

    def __init__(self, callbacks: Mapping[str, Callable[[], None]]) -> None:
        """Do nothing until installed."""
        self._callbacks = callbacks

    def install(self) -> None:
        """Be asked first."""
        if self not in sys.meta_path:
            sys.meta_path.insert(0, self)

    def remove(self) -> None:
        """Leave the import system."""
        if self in sys.meta_path:
            sys.meta_path.remove(self)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return the module as the other finders do, with a loader that calls the function; ``None`` for others."""
        callback = self._callbacks.get(fullname)
        if callback is None:
            return None
        finders = [finder for finder in sys.meta_path if finder is not self and hasattr(finder, "find_spec")]
        specs = (finder.find_spec(fullname, path, target) for finder in finders)
        spec = next((spec for spec in specs if spec is not None), None)
        if spec is not None and hasattr(spec.loader, "exec_module"):
            _call_after(spec.loader, fullname, callback)
        return spec


def _call_after(loader: Any, name: str, callback: Callable[[], None]) -> None:
    """Let a loader call a function after it has executed a module; the module keeps the loader itself."""
    execute = loader.exec_module

    def exec_module(module: ModuleType) -> None:
        execute(module)
        if module.__name__ == name:
            callback()

    loader.exec_module = exec_module
