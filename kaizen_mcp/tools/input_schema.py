"""Input schemas that every MCP client can read, derived from the pydantic models of the arguments.

Known to break clients, so not published: generated titles, `null` defaults. An optional argument is `nullable`,
because `smolagents` 1.26 treats it as required otherwise.
"""

from pydantic import BaseModel

from kaizen_mcp.json_types import JsonObject


def input_schema(model: type[BaseModel]) -> JsonObject:
    """JSON Schema (2020-12) of a model whose fields are plain values."""
    schema = model.model_json_schema()
    required = schema["required"]
    properties = {
        name: _plain(field) if name in required else {**_plain(field), "nullable": True}
        for name, field in schema["properties"].items()
    }
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def _plain(field: JsonObject) -> JsonObject:
    plain = {key: value for key, value in field.items() if key != "title"}
    if not plain.get("default", True):
        del plain["default"]  # empty text and zero are what anyone expects of an argument that is not given
    return plain
