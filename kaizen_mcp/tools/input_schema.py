"""Input schemas that every MCP client can read, derived from the pydantic models of the arguments.

Generated titles and `null` defaults break some clients, so they are removed. Optional arguments are `nullable`,
because `smolagents` 1.26 treats them as required otherwise.
"""

from pydantic import BaseModel

from kaizen_mcp.json_types import JsonObject


def input_schema(model: type[BaseModel]) -> JsonObject:
    """JSON Schema (2020-12) of a model that has no nested models."""
    schema = model.model_json_schema()
    required = schema["required"]
    properties = {
        name: _property(field) if name in required else {**_property(field), "nullable": True}
        for name, field in schema["properties"].items()
    }
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def _property(field: JsonObject) -> JsonObject:
    schema = {key: value for key, value in field.items() if key != "title"}
    if not schema.get("default", True):
        del schema["default"]  # empty text and zero need no mention
    return schema
