"""Rules of the contract that no JSON Schema keyword can express.

``table`` has one entry a rule: its claim, severity, evidence, check, and how to break it. The functions of the entries
are in modules by subject; ``rule`` defines their form.
"""
