"""Run the command ``smartflo-contract`` with ``python -m smartflo_contract``."""

from smartflo_contract.cli import main

main()
