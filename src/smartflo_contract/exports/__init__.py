"""The contract in the formats of other tools: Postman, OpenAPI 3.0, Overlay, Arazzo, JSON Schema, TypeScript.

Each module converts the OpenAPI document or the schemas of a contract, and writes nothing.
"""

from smartflo_contract.exports.formats import FORMATS, exported_files

__all__ = ["FORMATS", "exported_files"]
