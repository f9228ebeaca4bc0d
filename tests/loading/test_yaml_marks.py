"""YAML files become plain data, and each key and value knows its line and column."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from execmock.errors import ConfigError, Place, ScenarioError
from execmock.loading.yaml_marks import YamlPath, load_marked, load_marked_file

DOCUMENT = """\
# a comment
serve:
  port: 4010
  key: [one, two=read]
  "ключ": {deep: value}
empty:
"""


@pytest.mark.parametrize(
    ("path", "value_at", "key_at"),
    [
        ((), (2, 1), (2, 1)),
        (("serve",), (3, 3), (2, 1)),
        (("serve", "port"), (3, 9), (3, 3)),
        (("serve", "key"), (4, 8), (4, 3)),
        (("serve", "key", 1), (4, 14), (4, 14)),
        (("serve", "ключ", "deep"), (5, 18), (5, 12)),
        (("empty",), (6, 7), (6, 1)),
    ],
)
def test_every_key_and_value_has_its_place(
    path: YamlPath, value_at: tuple[int, int], key_at: tuple[int, int]
) -> None:
    marked = load_marked(DOCUMENT, "a.yaml")
    assert marked.places[path] == Place("a.yaml", *value_at)
    assert marked.keys[path] == Place("a.yaml", *key_at)


def test_all_paths_are_listed_in_the_order_of_the_file() -> None:
    marked = load_marked(DOCUMENT, "a.yaml")
    serve: list[YamlPath] = [("serve",), ("serve", "port"), ("serve", "key"), ("serve", "key", 0)]
    deep: list[YamlPath] = [("serve", "ключ"), ("serve", "ключ", "deep"), ("empty",)]
    assert list(marked.places)[1:5] == serve
    assert list(marked.keys)[-3:] == deep
    assert len(marked.places) == 9


@pytest.mark.parametrize("path", [("serve", "port", "x"), ("serve", "key", 2), ("nothing",)])
def test_a_path_that_does_not_exist_has_no_place_of_its_own(path: YamlPath) -> None:
    assert path not in load_marked(DOCUMENT, "a.yaml").places


def test_what_is_missing_is_placed_at_the_nearest_value_round_it() -> None:
    marked = load_marked(DOCUMENT, "a.yaml")
    assert marked.place(("serve", "ключ", "gone", 0)) == marked.places["serve", "ключ"]
    assert marked.key(("serve", "ключ", "gone")) == marked.places["serve", "ключ"]
    assert marked.key(("serve", "port")) == marked.keys["serve", "port"]
    assert marked.place(("gone",)) == marked.place()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[null, ~, Null, NULL, ]", [None, None, None, None]),
        ("[true, False, TRUE]", [True, False, True]),
        ("[0, -7, +7, 010, 0o17, 0x1F]", [0, -7, 7, 10, 15, 31]),
        ("[1.5, -.5, 1., 1e3, 2.5E-1]", [1.5, -0.5, 1.0, 1000.0, 0.25]),
        (f"[{2**53 + 1}, {10**30}]", [2**53 + 1, 10**30]),
        ("[on, off, yes, no, y]", ["on", "off", "yes", "no", "y"]),
        ("[12:30, 1_000, 2025-01-01]", ["12:30", "1_000", "2025-01-01"]),
        ("2025-01-01T00:00:00Z", "2025-01-01T00:00:00Z"),
        ("['1', \"true\", '']", ["1", "true", ""]),
        ("[!!str 1, !!float 2, !!int '3']", ["1", 2.0, 3]),
        ("[+, -, ., a.nan, '<<', =]", ["+", "-", ".", "a.nan", "<<", "="]),
        ("{200: ok, null: n, true: t}", {"200": "ok", "null": "n", "true": "t"}),
        ("a: |\n  x\n  y\n", {"a": "x\ny\n"}),
        ("", None),
        ("# nothing\n", None),
        ("--- text\n", "text"),
    ],
)  # fmt: skip
def test_scalars_are_read_as_yaml_1_2_says(text: str, expected: Any) -> None:
    data = load_marked(text, "a.yaml").data
    assert json.dumps(data) == json.dumps(expected)  # 1, 1.0 and true differ as text


@pytest.mark.parametrize(
    "number", ["9" * 4_301, "0x" + "f" * 4_000, "0o" + "7" * 5_000, "0x" + "f" * 1_000_000]
)
def test_a_whole_number_of_too_many_digits_is_refused_with_its_place(number: str) -> None:
    with pytest.raises(ConfigError) as error:
        load_marked(f"a:\n  b: {number}\n", "x.yaml")
    said = "is no whole number that JSON can hold: it has more than 4300 digits"
    assert str(error.value) == f"x.yaml:2:6: '{number[:40]}...' {said}"


def test_a_whole_number_of_as_many_digits_as_can_be_written_is_read() -> None:
    assert json.dumps(load_marked("0x" + "f" * 3_500, "x.yaml").data) == str(16**3_500 - 1)


def test_an_empty_document_is_placed_at_the_start() -> None:
    assert load_marked("", "a.yaml").place() == Place("a.yaml", 1, 1)


ANCHORS = """\
base: &base {a: 1, b: 2}
other: {<<: *base, b: 3}
both: {<<: [{a: 9, c: 4}, *base], d: 5}
same: *base
"""


def test_anchors_aliases_and_merge_keys_are_written_out() -> None:
    data = load_marked(ANCHORS, "a.yaml").data
    assert data["other"] == {"a": 1, "b": 3}
    assert data["both"] == {"a": 9, "b": 2, "c": 4, "d": 5}
    assert data["same"] == data["base"]


def test_an_alias_stands_where_it_is_written_and_its_members_where_the_anchor_has_them() -> None:
    places = load_marked(ANCHORS, "a.yaml").places
    assert places["same",] == Place("a.yaml", 4, 7)
    assert places["same", "b"] == places["base", "b"] == Place("a.yaml", 1, 23)
    assert places["other", "a"] == places["base", "a"]
    assert places["other", "b"] == Place("a.yaml", 2, 23)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\nb: 2\na: 3", "a.yaml:3:1: the key 'a' stands twice; it is also on line 1"),
        ("x: {200: a, '200': b}", "a.yaml:1:13: the key '200' stands twice"),
        ("a: b: c", "a.yaml:1:5: not valid YAML: a text with a colon and a space in it, as after a:, has"),
        ("a: [1", "a.yaml:1:4: not valid YAML: the [ that opens here is not closed; expected ]"),
        ("a:\n\t- b", "a.yaml:2:1: not valid YAML: a tab stands in the indentation; YAML takes spaces there"),
        ("a: 1\n---\nb: 2", "a.yaml:2:1: a second document starts here; a file holds one"),
        ("a: !secret x", "a.yaml:1:4: the tag '!secret' is not supported"),
        ("a: !!python/object:os.system x", "a.yaml:1:4: the tag '!!python/object:os.system' is"),
        ("!!set {a, b}", "a.yaml:1:1: the tag '!!set' is not supported"),
        ("a: .nan", "a.yaml:1:4: '.nan' is no number that JSON can hold"),
        ("a: -.inf", "a.yaml:1:4: '-.inf' is no number"),
        ("a: 1e999", "a.yaml:1:4: '1e999' is no number"),
        ("a: " + "9" * 5000, "a.yaml:1:4: '" + "9" * 40 + "...' is no whole number"),
        ("a: !!bool maybe", "a.yaml:1:4: 'maybe' is no truth value"),
        ("? [a]\n: 1", "a.yaml:1:3: a mapping, list or alias cannot be a key"),
        ("a: &a [*a]", "a.yaml:1:8: the value of &a contains itself"),
        ("a: *gone", "a.yaml:1:4: no anchor &gone stands above this alias"),
        ("a: {<<: 3}", "a.yaml:1:9: a merge key (<<) takes a mapping or a list of mappings"),
        ("a: {<<: [{}, 3]}", "a.yaml:1:14: a merge key"),
        ("é: \x01", "a.yaml:1:4: U+0001 is a"),
        ("é:\n - \ud800", "a.yaml:2:4: U+D800 is a"),
        ("[" * 101 + "]" * 101, "a.yaml:1:101: nested deeper than 100 levels"),
        ("{a: " * 200_000, "a.yaml:1:401: nested deeper"),
        (f"a: &a {'[' * 60 + ']' * 60}\nb: {'[' * 60}*a{']' * 60}", "a.yaml:2:64: nested"),
    ],
)  # fmt: skip
def test_what_plain_data_cannot_hold_is_refused_with_its_place(text: str, message: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        load_marked(text, "a.yaml", ScenarioError)
    assert str(caught.value).startswith(message)


def test_aliases_that_multiply_into_a_giant_are_refused() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    with pytest.raises(ConfigError, match=r"a.yaml:6:5: this holds more than 250000 values"):
        load_marked("\n".join(lines), "a.yaml")


def test_a_file_is_read_as_utf_8_with_or_without_a_byte_order_mark(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes("a: ü".encode("utf-8-sig"))
    marked = load_marked_file(path)
    assert marked.data == {"a": "ü"}
    assert str(marked.places["a",]) == f"{path}:1:4"


def test_a_file_that_is_not_utf_8_is_refused_with_the_place(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes(b"a: 1\nb: \xc3\xbc \xff")
    with pytest.raises(ConfigError) as caught:
        load_marked_file(path)
    assert str(caught.value) == f"{path}:2:6: is not UTF-8 text: the byte 0xff stands here; save it as UTF-8"


def test_a_file_that_cannot_be_read_is_refused_with_the_reason(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError) as caught:
        load_marked_file(tmp_path, ScenarioError)
    assert str(caught.value) == f"{tmp_path}: cannot be read: Is a directory"


TEXT = st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S", "Zs"]), max_size=12)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=20,
)


@given(JSON)
def test_json_is_read_as_json_reads_it(value: Any) -> None:
    text = json.dumps(value, ensure_ascii=False, indent=1)
    assert load_marked(text, "a.json").data == json.loads(text)


@given(JSON)
def test_a_place_points_at_the_text_of_its_value(value: Any) -> None:
    text = json.dumps({"top": value}, ensure_ascii=False, indent=1)
    marked = load_marked(text, "a.json")
    lines = text.split("\n")
    for path, place in marked.places.items():
        found: Any = marked.data
        for part in path:
            found = found[part]
        start = json.dumps(found, ensure_ascii=False)[0]
        assert lines[place.line - 1][place.column - 1] == start


@given(st.text(max_size=60))
def test_no_text_at_all_raises_anything_but_the_named_error(text: str) -> None:
    try:
        load_marked(text, "a.yaml")
    except ScenarioError as refused:
        pytest.fail(f"wrong error class: {refused!r}")
    except ConfigError as refused:
        assert refused.place is not None  # noqa: PT017 - either outcome is right
