"""A text that is not YAML is told by its cause, at the place where the mistake is."""

from __future__ import annotations

import pytest

from execmock.errors import ConfigError
from execmock.loading.yaml_marks import load_marked

QUOTE_IT = 'without quotes, {{ opens two mappings; write the template in quotes: "{{ name }}"'

FAULTS = [
    ('a: 1\nb: "x\nc: 3\n', '2:4: the " that opens here is never closed; expected another "'),
    ("a: 'x\nb: y\n", "1:4: the ' that opens here is never closed; expected another '"),
    ('a: "x\nb: "y"\n', '1:4: the " that opens here is closed on line 2 only; is a " missing?'),
    ('a: {b: "x, c: y}\nd: {e: "z"}\n', '1:8: the " that opens here is closed on line 2 only'),
    ('a: "x" y\n', '1:8: text follows the closing "; a " inside such quotes is written \\"'),
    ("a: 'it's'\n", "1:8: text follows the closing '; a ' inside such quotes is written ''"),
    ("a: {{ x }}\n", f"1:4: {QUOTE_IT}"),
    ("a:\n  - {b: {{ x.y | upper }}, c: d}\n", f"2:9: {QUOTE_IT}"),
    ("a: {{ x }} and {{ y }}\n", f"1:4: {QUOTE_IT}"),
    ("a: {b: hello {{ x }}}\n", f"1:14: {QUOTE_IT}"),
    ("a: [1, 2\nb: c\n", "1:4: the [ that opens here is not closed; expected ]"),
    ("a: {b: c\nd: e\n", "1:4: the { that opens here is not closed; expected }"),
    ("a: {b: [1}\n", "1:10: } closes nothing here; expected ] for the [ in column 8"),
    ("a: }\n", "1:4: } closes nothing here"),
    ("a: [{b: 1} {c: 2}]\n", "1:12: expected a comma, or ] for the [ in column 4"),
    ("a: {b: 1,, c: 2}\n", "1:10: expected a value before ,"),
    ("a:\n  b: 1\n\tc: 2\n", "3:1: a tab stands in the indentation; YAML takes spaces there"),
    ("a:\n  - b: 1\n  \tc: 2\n", "3:3: a tab stands in the indentation"),
    ("a: %x\n", "1:4: a text that begins with % has to stand in quotes"),
    ("a: @x\n", "1:4: a text that begins with @ has to stand in quotes"),
    ("a: b: c\n", "1:5: a text with a colon and a space in it, as after a:, has to stand in quotes"),
    ("- a: one: two\n", "1:9: a text with a colon and a space in it, as after a:, has to stand in quotes"),
    ("a\nb: c\n", "1:1: expected `key: value`; a colon and a space are missing"),
    ("a: 1\nb\nc: d\n", "2:1: expected `key: value`; a colon and a space are missing"),
    ("a: x\n  b: y\n", "2:3: this line is indented deeper than line 1, whose a has a value already"),
    (" a: 1\nb: 2\n", "2:1: line 1 is indented by 1 space, and this line is not"),
    ("a:\n  - b: 1\n   c: 2\n", "3:4: this line is indented by 3 spaces; expected 2 or 4, as lines above"),
    ("a:\n  - b: 1\n - c: 2\n", "3:2: this line is indented by 1 space; expected 0 or 2, as lines above"),
    ("a:\n  b: 1\n  - c\n", "3:3: a list item stands among keys; the block begins on line 2"),
    ("a:\n  - b\n  c: d\n", "3:3: a key stands in a list, whose items begin with -; the block begins"),
    ("a: - b\n", "1:4: a list begins on a line of its own, with - before each item"),
    ("a: |\nx\n", "2:1: the text that line 1 announces has to be indented by more than that line"),
    ('a: "b\\q"\n', "1:6: \\q means nothing in double quotes; write \\\\q for a backslash, or use single"),
    ("a: 1\n...\nb: 2\n", "3:1: nothing can stand here, after the end of the document"),
    ("a: >x\n", "1:4: a text that begins with > has to stand in quotes"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "said"), FAULTS)
def test_a_fault_is_told_by_its_cause_where_it_is(text: str, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load_marked(text, "a")
    place, _, sentence = str(caught.value).partition(": ")
    assert f"{place}: {sentence.removeprefix('not valid YAML: ')}".startswith(f"a:{said}")
