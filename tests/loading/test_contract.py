"""The contract's file: found in the package, or named; what cannot be read says where."""

from __future__ import annotations

from pathlib import Path

import pytest

from execmock.errors import ContractError
from execmock.loading.contract import data_path, load_contract, shipped_contract


def test_the_shipped_contract_is_read_once() -> None:
    assert shipped_contract() is shipped_contract()
    assert load_contract(data_path("openapi.yaml")).document == shipped_contract().document


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a: [", r"a\.yaml:\d+:\d+: is not YAML: "),
        ("\x07", r"a\.yaml.*is not YAML"),
        ("openapi: 3.0.0", r"expected an OpenAPI 3\.1 document"),
        ("", r"expected an OpenAPI 3\.1 document"),
    ],
)
def test_what_is_no_contract_says_where(tmp_path: Path, text: str, problem: str) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(text)
    with pytest.raises(ContractError, match=problem):
        load_contract(path)


def test_a_file_that_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(ContractError, match=r"gone\.yaml: cannot be read: No such file"):
        load_contract(tmp_path / "gone.yaml")
