"""Schemas of the CRM; the package is unrelated to ``smartflo_contract.schemas``."""

from schemas.customer import CUSTOMER_SCHEMA, Customer, CustomerError

__all__ = ["CUSTOMER_SCHEMA", "Customer", "CustomerError"]
