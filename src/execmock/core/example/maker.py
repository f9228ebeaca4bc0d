"""Makes a value that fits a JSON Schema: its own example where it has one, else by type, part by part."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from execmock.core.example.merging import GIVEN, References, merged, plain
from execmock.core.example.numbers import number
from execmock.core.example.seeded import ExampleError, Place, Seeded
from execmock.core.example.texts import text
from execmock.core.schema.validator import SchemaValidator
from execmock.core.schema.violation import Violation

__all__ = ["example_of"]

Schema = Mapping[str, Any]

_ATTEMPTS = 5
_MOST_VALUES = 2000
_DEEPEST = 12
_ITEMS = 2


def example_of(document: Schema, schema: Schema | bool, seed: bytes) -> Any:
    """Return a value that fits a schema, whose references lead into `document`; the same for the same seed.

    ExampleError says where no value can be made, such as for a pattern that no text was found for.
    """
    whole = schema if isinstance(schema, Mapping) else {"allOf": [schema]}
    validator = SchemaValidator({"components": document.get("components", {}), **whole}, "")
    violations: list[Violation] = []
    for attempt in range(_ATTEMPTS):
        value = _Making(document, Seeded(seed, attempt)).value(schema, ())
        violations = validator.violations(value)
        if not violations:
            return value
    raise ExampleError(violations[0].path, violations[0].sentence)


class _Making:
    """One value in the making."""

    def __init__(self, document: Schema, seeded: Seeded) -> None:
        self._document = document
        self._seeded = seeded
        self._count = 0
        self._by_kind: Mapping[str, Callable[[Schema, Place, References], Any]] = {
            "array": self._array,
            "boolean": lambda schema, place, references: bool(seeded.number(place, 0, 1)),
            "integer": lambda schema, place, references: number(schema, seeded, place, whole=True),
            "null": lambda schema, place, references: None,
            "number": lambda schema, place, references: number(schema, seeded, place, whole=False),
            "object": self._object,
            "string": lambda schema, place, references: text(schema, seeded, place),
        }

    def value(self, schema: Any, place: Place, references: References = ()) -> Any:
        """Return a value for a schema at a place."""
        self._count += 1
        if self._count > _MOST_VALUES or len(place) > _DEEPEST:
            raise ExampleError(place, f"more than {_MOST_VALUES} values, or {_DEEPEST} levels, are needed")
        schema, references = plain(self._document, schema, place, references)
        if schema is False:
            raise ExampleError(place, "no value fits the schema false")
        if schema is True:
            return text({}, self._seeded, place)
        if "const" in schema:
            return schema["const"]
        given = _given(schema)
        if given:
            return self._seeded.pick(place, given, "given")
        for key in ("oneOf", "anyOf"):
            if key in schema:
                return self._alternative(schema, key, place, references)
        if "enum" in schema:
            return self._member(schema["enum"], place)
        return self._by_kind[self._kind(schema, place)](schema, place, references)

    def _alternative(self, schema: Schema, key: str, place: Place, references: References) -> Any:
        """Return a value for one of several alternatives: the seed says with which the search begins."""
        rest = {name: item for name, item in schema.items() if name != key}
        options = [option for option in schema[key] if option not in ({"type": "null"}, False)]
        first = self._seeded.number(place, 0, max(0, len(options) - 1), key)
        problem = ExampleError(place, f"none of {key} can be made")
        for option in [*options[first:], *options[:first]]:
            try:
                return self.value(merged(rest, {"allOf": [option]}), place, references)
            except ExampleError as error:
                problem = error
        if len(options) < len(schema[key]) and {"type": "null"} in schema[key]:
            return None
        raise problem

    def _member(self, members: list[Any], place: Place) -> Any:
        present = [member for member in members if member is not None] or members
        if not present:
            raise ExampleError(place, "the enum has no members")
        return self._seeded.pick(place, present, "enum")

    @staticmethod
    def _kind(schema: Schema, place: Place) -> str:
        if "type" in schema:
            kinds = [schema["type"]] if isinstance(schema["type"], str) else schema["type"]
            if not kinds:
                raise ExampleError(place, "the schemas that have to fit ask for different types")
            return str(next((kind for kind in kinds if kind != "null"), "null"))
        return next((kind for key, kind in _KIND_BY_KEYWORD.items() if key in schema), "string")

    def _object(self, schema: Schema, place: Place, references: References) -> dict[str, Any]:
        properties: Schema = schema.get("properties", {})
        required = schema.get("required", ())
        found: dict[str, Any] = {}
        for name in [*properties, *(name for name in required if name not in properties)]:
            part = properties[name] if name in properties else _other(schema)
            try:
                made = self.value(part, (*place, name), references)
            except ExampleError:
                if name in required:
                    raise
            else:
                if name in required or not self._is_for_requests(part):
                    found[name] = made
        self._fill(schema, place, references, found)
        for name in [name for name in reversed(found) if name not in required]:
            if len(found) <= schema.get("maxProperties", len(found)):
                break
            del found[name]
        return found

    def _is_for_requests(self, part: Any) -> bool:
        found, _ = plain(self._document, part, ())
        return isinstance(found, Mapping) and found.get("writeOnly") is True

    def _fill(self, schema: Schema, place: Place, references: References, found: dict[str, Any]) -> None:
        """Add entries to an object of any keys: one to show their form, or as many as it must have."""
        is_map = not schema.get("properties") and isinstance(schema.get("additionalProperties"), Mapping)
        least = max(schema.get("minProperties", 0), 1 if is_map or "patternProperties" in schema else 0)
        patterns: Schema = schema.get("patternProperties", {})
        pattern, part = next(iter(patterns.items()), (None, None))
        names = schema.get("propertyNames", {}) if pattern is None else {"pattern": pattern}
        for index in range(_MOST_VALUES):
            if len(found) >= least:
                return
            try:
                key = self.value(names, (*place, "key", index), references) if names else f"key{index + 1}"
                made = self.value(part if patterns else _other(schema), (*place, key), references)
            except ExampleError:
                if len(found) < schema.get("minProperties", 0):
                    raise
                return
            found[key] = made

    def _array(self, schema: Schema, place: Place, references: References) -> list[Any]:
        prefix, rest = schema.get("prefixItems", ()), schema.get("items", True)
        least = max(schema.get("minItems", 0), schema.get("minContains", 1) if "contains" in schema else 0)
        usual = len(prefix) if rest is False else max(_ITEMS, len(prefix))
        count = min(max(least, usual), schema.get("maxItems", _MOST_VALUES))
        found: list[Any] = []
        for index in range(count):
            part = prefix[index] if index < len(prefix) else rest
            if "contains" in schema and index < schema.get("minContains", 1):
                part = {"allOf": [part, schema["contains"]]}
            try:
                found.append(self._item(part, (*place, index), references, found, schema))
            except ExampleError:
                if index < least:
                    raise
                break
        return found

    def _item(
        self, part: Any, place: Place, references: References, others: list[Any], schema: Schema
    ) -> Any:
        """Return an item, another one than those before it where they have to differ."""
        made = self.value(part, place, references)
        for again in range(_ATTEMPTS * 4):
            if not (schema.get("uniqueItems") and made in others):
                return made
            made = self.value(part, (*place, again), references)
        raise ExampleError(place, "the items cannot all differ")


def _given(schema: Schema) -> list[Any]:
    """Return the values that a schema gives itself: its examples, or else its example or its default."""
    if schema.get("examples"):
        return list(schema["examples"])
    return [schema[key] for key in GIVEN[1:] if key in schema][:1]


def _other(schema: Schema) -> Any:
    """Return the schema of properties that are not named."""
    return schema.get("additionalProperties", True)


_KIND_BY_KEYWORD = {
    **dict.fromkeys(("properties", "required", "additionalProperties", "patternProperties"), "object"),
    **dict.fromkeys(("minProperties", "maxProperties", "propertyNames"), "object"),
    **dict.fromkeys(("items", "prefixItems", "minItems", "maxItems", "uniqueItems", "contains"), "array"),
    **dict.fromkeys(("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"), "number"),
}
