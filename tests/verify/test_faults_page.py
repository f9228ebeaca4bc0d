"""docs/verify-faults.md says what the code says."""

from __future__ import annotations

from tests.verify.faults_page import PAGE, page


def test_the_page_is_what_the_catalogue_gives() -> None:
    assert PAGE.read_text(encoding="utf-8") == page()
