"""What is no recording is refused in one sentence; what of one cannot be used is left out, and said."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from execmock.cli import main
from execmock.recorder.sources import MOST_BYTES

SHOWN = {
    "code": 200,
    "data": {
        "execution": {
            "id": "e1",
            "workflowId": "wf_ü",
            "status": "workflow_failed",
            "createdAt": "2026-01-01T09:00:00Z",
            "finishedAt": "2026-01-01T09:00:02+00:00",
            "statusReason": "Zu spät \ud83d",
        }
    },
}


def entry(text: str, **more: Any) -> dict[str, Any]:
    return {
        "startedDateTime": "2026-01-01T09:00:05.000Z",
        "time": 12.5,
        "request": {"method": "get", "url": "https://api.test/v1/executions/e1", "headers": []},
        "response": {"status": 200, "content": {"text": text, **more}},
    }


def har(*entries: Any) -> str:
    return json.dumps({"log": {"entries": entries}})


def good() -> str:
    return har(entry(json.dumps(SHOWN).replace("\\ud83d", "!")))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", ": is empty; expected a HAR file"),
        (b"\xe9t\xe9", ": is not text in UTF-8 (byte 0); expected a HAR file"),
        (good()[: len(good()) // 2].encode(), ":1:"),
        (b'{"log": [}', ":1:10: is not JSON: expecting value; expected a HAR file"),
        (b"[1, 2]", ": is neither a HAR file nor a journal; expected a HAR file"),
        (b"[" * 100_000, ": cannot be read: "),
        (har().encode(), ": 0 requests, and no answer there shows an execution; expected answers"),
        (har(entry("{}"), entry("<p>")).encode(), ": 2 requests, and no answer there shows an execution"),
        (har(entry("{}"), 7, {"request": None}).encode(), "2 entries have no address, time or status"),
        (har(entry(json.dumps(SHOWN)[:80])).encode(), "1 answers hold no whole JSON (none kept, or cut)"),
        (har(entry(json.dumps(SHOWN))).encode(), "1 answers hold no whole JSON"),
        (json.dumps({"entries": [{"at": "x"}]}).encode(), "an entry has no time, path or status"),
        (
            json.dumps(
                {"entries": [{"at": "2026-01-01T09:00:00Z", "method": "GET", "path": "/", "status": 200}]}
            ).encode(),
            "the journal holds no answers; start the mock with --journal-answers",
        ),
    ],
)
def test_a_file_without_a_recording_is_refused_in_one_sentence(
    content: bytes, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It names the file and what was expected; nothing is written."""
    source = tmp_path / "traffic.har"
    source.write_bytes(content)
    assert main(["record", str(source), "-o", str(tmp_path / "out")]) == 2
    out, err = capsys.readouterr()
    assert err.startswith(f"execmock: {source}")
    assert said in err
    assert err.count("\n") == 1
    assert out == ""
    assert not (tmp_path / "out").exists()


def test_a_file_that_ends_in_the_middle_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Half a HAR file is told from one that is wrong."""
    source = tmp_path / "traffic.har"
    source.write_text(good()[:-3], encoding="utf-8")
    assert main(["record", str(source), "-o", str(tmp_path)]) == 2
    assert "is not JSON: it ends too soon, as a file that was cut does" in capsys.readouterr().err


def test_a_file_that_is_too_large_or_none_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The bound is named; the file has no content on the disk, and is not read further."""
    source = tmp_path / "traffic.har"
    with source.open("wb") as file:
        file.truncate(MOST_BYTES + 1)
    assert main(["record", str(source), "-o", str(tmp_path)]) == 2
    assert capsys.readouterr().err == f"execmock: {source}: cannot be read: it has more than 128 MB\n"
    assert main(["record", str(tmp_path / "none"), "-o", str(tmp_path)]) == 2
    assert "none: cannot be read: No such file or directory" in capsys.readouterr().err


@pytest.mark.parametrize("coding", ["utf-8", "utf-8-sig", "utf-16"])
def test_other_encodings_of_text_are_read(coding: str, tmp_path: Path) -> None:
    """A byte order mark says which; a body may be given as base64, and have one itself."""
    source, out = tmp_path / "traffic.har", tmp_path / "out"
    source.write_text(good(), encoding=coding)
    assert main(["record", str(source), "-o", str(out)]) == 0
    plain = (out / "scenarios" / "recorded.yaml").read_text(encoding="utf-8")
    assert "after: 2s" in plain
    assert "Zu spät !" in plain
    body = json.dumps(SHOWN).replace("\\ud83d", "!").encode(coding)
    source.write_text(har(entry(base64.b64encode(body).decode(), encoding="base64")), encoding="utf-8")
    assert main(["record", str(source), "-o", str(out), "--force"]) == 0
    assert (out / "scenarios" / "recorded.yaml").read_text(encoding="utf-8") == plain


def test_files_that_are_there_are_kept_unless_forced(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Not one file is written then."""
    source, out = tmp_path / "traffic.har", tmp_path / "out"
    source.write_text(good(), encoding="utf-8")
    there = out / "scenarios" / "recorded.yaml"
    there.parent.mkdir(parents=True)
    there.write_text("mine", encoding="utf-8")
    assert main(["record", str(source), "-o", str(out)]) == 2
    assert f"{there} is there already" in capsys.readouterr().err
    assert [path.name for path in out.rglob("*.yaml")] == ["recorded.yaml"]
    assert there.read_text(encoding="utf-8") == "mine"
    assert main(["record", str(source), "-o", str(out), "--force"]) == 0
    assert there.read_text(encoding="utf-8") != "mine"


@pytest.mark.parametrize("way", ["variable", "file"])
def test_where_to_write_is_given_by_a_variable_or_a_file_too(
    way: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    if way == "variable":
        monkeypatch.setenv("EXECMOCK_RECORD_OUTPUT", "there")
    else:
        Path("execmock.yaml").write_text("record: {output: there}\n", encoding="utf-8")
    Path("traffic.har").write_text(good(), encoding="utf-8")
    assert main(["record", "traffic.har"]) == 0
    assert [path.name for path in Path("there/scenarios").iterdir()] != []


def test_a_folder_to_write_to_is_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["record", "traffic.har"]) == 2
    assert "no folder to write to was given; expected --output PATH" in capsys.readouterr().err
