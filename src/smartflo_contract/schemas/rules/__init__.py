"""Rules of the contract that no JSON Schema keyword can express.

Each module by subject has the entries of its rules beside the functions that they name: claim, severity, evidence,
checks, and how to break the rule. ``table`` joins the entries; ``rule`` defines their form.
"""
