"""Makes a value that fits a JSON Schema: its own example where it has one, else by type, part by part.

Libraries that make such values (hypothesis-jsonschema, jsf, polyfactory) take them from one stream of random
numbers, so a property more changes all others, and each release may change them too; they bring a test
framework or a faker along, and bound neither work nor memory. Texts for a pattern are the hard part, and rstr
makes those.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from execmock.core.example.merging import GIVEN, References, merged, plain
from execmock.core.example.numbers import number
from execmock.core.example.seeded import ExampleError, Place, Seeded
from execmock.core.example.texts import text
from execmock.core.json_text import encode
from execmock.core.schema.validator import SchemaValidator
from execmock.core.schema.violation import Violation

__all__ = ["example_of"]

Schema = Mapping[str, Any]

_ATTEMPTS = 5
_ITEMS = 2
_MOST_ITEMS = 3000
"""More than one example may hold, so that the bound on all its values is what is met."""


def example_of(document: Schema, schema: Schema | bool, seed: bytes) -> Any:
    """Return a value that fits a schema, whose references lead into `document`; the same for the same seed.

    ExampleError says where no value can be made, such as for a pattern that no text was found for.
    """
    whole = schema if isinstance(schema, Mapping) else {"allOf": [schema]}
    homes = {key: document[key] for key in ("components", "paths") if key in document}
    validator = SchemaValidator({**homes, **whole}, "")
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
        self._seeded.begin(place)
        schema, references = plain(self._document, schema, place, references)
        if schema is False:
            raise ExampleError(place, "no value fits the schema false")
        if schema is True:
            return text({}, self._seeded, place)
        given = [schema["const"]] if "const" in schema else _given(schema)
        if given:
            return self._copied(self._seeded.pick(place, given, "given"), place)
        for key in ("oneOf", "anyOf"):
            if key in schema:
                return self._alternative(schema, key, schema[key], place, references)
        if "if" in schema:
            either = [{"allOf": [schema["if"], schema.get("then", True)]}, schema.get("else", True)]
            return self._alternative(schema, "if", either, place, references)
        if "enum" in schema:
            return self._copied(self._member(schema["enum"], place), place)
        return self._by_kind[self._kind(schema, place)](schema, place, references)

    def _copied(self, value: Any, place: Place) -> Any:
        """Return a value of the schema's own, its size counted."""
        self._seeded.spend(place, len(encode(value)))
        return value

    def _alternative(
        self, schema: Schema, key: str, each: list[Any], place: Place, references: References
    ) -> Any:
        """Return a value for one of several alternatives: the seed says with which the search begins."""
        rest = {name: item for name, item in schema.items() if name != key}
        options = [option for option in each if option not in ({"type": "null"}, False)]
        first = self._seeded.number(place, 0, max(0, len(options) - 1), key)
        problem = ExampleError(place, f"none of {key} can be made")
        for option in [*options[first:], *options[:first]]:
            try:
                return self.value(merged(rest, {"allOf": [option]}), place, references)
            except ExampleError as error:
                problem = error
        if {"type": "null"} in each:
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
        dependent = schema.get("dependentRequired", {}).values()
        others = [*required, *(name for names in dependent for name in names)]
        for name in dict.fromkeys([*properties, *others]):
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
        asked = int(schema.get("minProperties", 0))
        least = max(asked, 1 if is_map or "patternProperties" in schema else 0)
        patterns: Schema = schema.get("patternProperties", {})
        pattern, part = next(iter(patterns.items()), (None, None))
        names = schema.get("propertyNames", {}) if pattern is None else {"pattern": pattern}
        for index in range(_MOST_ITEMS):
            if len(found) >= least:
                return
            try:
                key = self._key(names, (*place, "key", index), references) if names else f"key{index + 1}"
                made = self.value(part if patterns else _other(schema), (*place, key), references)
            except ExampleError:
                if len(found) < asked:
                    raise
                return
            found[key] = made

    def _key(self, names: Any, place: Place, references: References) -> str:
        made = self.value({"allOf": [{"type": "string"}, names]}, place, references)
        if not isinstance(made, str):
            raise ExampleError(place, "no text is allowed as a name")
        return made

    def _array(self, schema: Schema, place: Place, references: References) -> list[Any]:
        prefix, rest = schema.get("prefixItems", ()), schema.get("items", True)
        holding = int(schema.get("minContains", 1)) if "contains" in schema else 0
        least = max(int(schema.get("minItems", 0)), holding)
        usual = len(prefix) if rest is False else max(_ITEMS, len(prefix))
        count = min(max(least, usual), int(schema.get("maxItems", _MOST_ITEMS)))
        found: list[Any] = []
        for index in range(count):
            part = prefix[index] if index < len(prefix) else rest
            if index < holding:
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
