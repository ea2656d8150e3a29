"""What the CRM stores: the project's own schemas, of no relation to ``smartflo_contract.schemas``."""

from schemas.customer import CUSTOMER_SCHEMA, Customer, CustomerError

__all__ = ["CUSTOMER_SCHEMA", "Customer", "CustomerError"]
