"""``python -m smartflo_contract`` is the command ``smartflo-contract``."""

from smartflo_contract.cli import main

main()
