"""Secrets are found in whatever form a text has them, as Python's own decoder reads it."""

from __future__ import annotations

from urllib.parse import unquote

from hypothesis import given
from hypothesis import strategies as st

from execmock.core.secrets import KnownSecrets

KEY = "b3sk_ä_1"
NOISE = ["", "%", "%2", "%zz", "%ff", "b"]


def forms(character: str) -> st.SearchStrategy[str]:
    """Give what stands for a character, encoded up to twice, in either case."""
    once = "".join(f"%{byte:02x}" for byte in character.encode())
    return st.sampled_from([character, once, once.upper(), once.replace("%", "%25")])


@given(st.tuples(*map(forms, KEY)).map("".join), st.sampled_from(NOISE), st.sampled_from(NOISE))
def test_a_percent_encoded_key_is_found_where_decoding_shows_it(key: str, before: str, after: str) -> None:
    secrets, text = KnownSecrets(), before + key + after
    secrets.add_key(KEY)
    shown = [text]
    for _ in range(3):
        shown.append(unquote(shown[-1], errors="surrogateescape"))
    assert bool(secrets.found_in(text)) == any(KEY in form for form in shown)
