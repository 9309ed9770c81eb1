"""JSON schemas as every MCP client can read them, derived from pydantic models.

Known to break clients, so not in what is published: `$ref`, nullable types, generated titles, `null` defaults.
"""

from typing import Any, cast

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema


def published_schema(model: type[BaseModel]) -> JsonSchemaValue:
    """Return the JSON Schema (2020-12) of a model, flat and plain."""
    schema = model.model_json_schema(schema_generator=_PlainSchema)
    definitions = schema.pop("$defs", {})
    return _inline(schema, definitions)


class _PlainSchema(GenerateJsonSchema):
    """Pydantic's generator without titles, class docstrings and nulls."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ANN401, ARG002 - pydantic's signature
        return False

    def model_schema(self, schema: core_schema.ModelSchema) -> JsonSchemaValue:
        plain = super().model_schema(schema)
        plain.pop("title", None)
        plain.pop("description", None)
        return plain

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        """A fact that is not known is absent, never null."""
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        plain = super().default_schema(schema)
        if not plain.get("default", True):
            del plain["default"]  # empty text, nought and null are what anyone expects of what is not given
        return plain


def _inline(node: Any, definitions: dict[str, Any]) -> Any:  # noqa: ANN401 - any part of a schema
    if isinstance(node, list):
        return [_inline(item, definitions) for item in cast("list[Any]", node)]
    if not isinstance(node, dict):
        return node
    fields = cast("dict[str, Any]", node)
    reference = fields.get("$ref")
    if isinstance(reference, str):
        target = definitions[reference.removeprefix("#/$defs/")]
        fields = {**target, **{key: value for key, value in fields.items() if key != "$ref"}}
    return {key: _inline(value, definitions) for key, value in fields.items()}
