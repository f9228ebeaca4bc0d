"""The parts by themselves, with pyperf: `python bench/micro.py --fast -o micro.json`."""

from __future__ import annotations

import json
import os

import pyperf

from execmock.core.contract.names import CREATE_BODY
from execmock.core.execution import Execution
from execmock.core.json_text import decode, encode
from execmock.core.progress import Tick, begin, progress
from execmock.core.schema.validator import SchemaValidator
from execmock.core.views import Views
from execmock.loading.contract import shipped_contract
from execmock.service.scenarios.shipped import load_registry

SEED = b"0" * 16
NOW = 1_767_258_000_000
BODY = {"workflowId": "wf_paid_happy_path", "sourceSystem": "shop", "sourceEntityType": "order"}
LINES = {"lines": [{"sku": f"sku-{number}", "title": "t" * 20} for number in range(60)]}


def main() -> None:
    contract = shipped_contract()
    scenario = load_registry(contract, ()).current["paid-happy-path"]
    start = begin(NOW)
    end = progress(scenario, start, Tick(), NOW + 60_000, SEED)
    text = json.dumps(BODY).encode()
    execution = Execution("exec_0", "default", NOW, scenario.reference, text, "key_0", start)
    views = Views(contract)
    body = SchemaValidator(contract.standalone(contract.schema(CREATE_BODY)))
    shown = views.view_data(execution, end, scenario, BODY, "org_0", NOW + 60_000)

    runner = pyperf.Runner()
    runner.metadata["description"] = "parts of execmock"
    runner.bench_func("progress: nothing due", progress, scenario, start, Tick(), NOW + 1, SEED)
    if os.environ.get("BENCH_FEW"):
        return
    runner.bench_func(
        "progress: from the first step to the last", progress, scenario, start, Tick(), NOW + 60_000, SEED
    )
    runner.bench_func("progress: already at the end", progress, scenario, end, Tick(), NOW + 60_000, SEED)
    runner.bench_func(
        "views: list item in the first step", views.fields, execution, start, scenario, BODY, "org_0"
    )
    runner.bench_func(
        "views: everything at the end", views.view_data, execution, end, scenario, BODY, "org_0", NOW + 60_000
    )
    runner.bench_func("JSON: read a create body", decode, text)
    runner.bench_func("JSON: write a private view", encode, views.private(shown))
    runner.bench_func("validation: a body that fits", body.is_valid, BODY)
    wrong = {"workflowId": 1, "sourceSystem": "s"}
    runner.bench_func("validation: words for two mistakes", body.violations, wrong)
    runner.bench_func("validation: the same beside 3 kB", body.violations, {**wrong, "requestPayload": LINES})


if __name__ == "__main__":
    main()
