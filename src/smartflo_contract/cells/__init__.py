"""The cells of leads: one for each thing that a lead may do and that a client can tell apart.

They are derived from the contract alone, so strategies and value coverage share them.
"""
