"""Value coverage: which values that the contract allows a fake has served, and to which tests.

A *cell* is one thing that a response may do and that a client can tell apart, such as ``dial_status=4``. Cells are
derived from the contract and from the tables of the fake. Each contract is a source file whose lines are its cells, so
the reports of coverage.py show what was served.
"""

from smartflo_contract.cells.cell import Cell
from smartflo_contract.coverage.contract_cells import cells_of, contract_cells
from smartflo_contract.coverage.errors import CoverageError
from smartflo_contract.coverage.examples import missing_cells
from smartflo_contract.coverage.recorder import Recorder
from smartflo_contract.coverage.recording import Recording, read_recording

__all__ = [
    "Cell",
    "CoverageError",
    "Recorder",
    "Recording",
    "cells_of",
    "contract_cells",
    "missing_cells",
    "read_recording",
]
