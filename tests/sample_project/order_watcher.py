"""Three clients that start an order and follow it to its end, one for each library."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

import aiohttp
import httpx
import requests

ENDS = {"workflow_succeeded", "workflow_failed", "workflow_cancelled"}


def order(number: str) -> dict[str, object]:
    """The body that starts an order."""
    return {
        "workflowId": "wf_orders",
        "sourceSystem": "shop",
        "sourceEntityType": "order",
        "externalRef": number,
        "idempotencyKey": f"order-{number}",
    }


def follow_with_requests(url: str, key: str, number: str, pause: Callable[[float], None] = time.sleep) -> str:
    with requests.Session() as session:
        session.headers["Authorization"] = f"Bearer {key}"
        started = session.post(f"{url}/v1/executions", json=order(number), timeout=10)
        started.raise_for_status()
        execution = started.json()["data"]["execution"]
        while execution["status"] not in ENDS:
            pause(3)
            read = session.get(f"{url}/v1/executions/{execution['id']}", timeout=10)
            execution = read.json()["data"]["execution"]
        return str(execution["status"])


def follow_with_httpx(url: str, key: str, number: str, pause: Callable[[float], None] = time.sleep) -> str:
    with httpx.Client(base_url=url, headers={"Authorization": f"Bearer {key}"}) as client:
        started = client.post("/v1/executions", json=order(number)).raise_for_status()
        execution = started.json()["data"]["execution"]
        while execution["status"] not in ENDS:
            pause(3)
            execution = client.get(f"/v1/executions/{execution['id']}").json()["data"]["execution"]
        return str(execution["status"])


async def follow_with_aiohttp(url: str, key: str, number: str, pause: Callable[[float], None]) -> str:
    headers = {"Authorization": f"Bearer {key}"}
    async with aiohttp.ClientSession(url, headers=headers, raise_for_status=True) as session:
        async with session.post("/v1/executions", json=order(number)) as started:
            execution = (await started.json())["data"]["execution"]
        while execution["status"] not in ENDS:
            pause(3)
            async with session.get(f"/v1/executions/{execution['id']}") as read:
                execution = (await read.json())["data"]["execution"]
        return str(execution["status"])


def follow_in_a_loop(url: str, key: str, number: str, pause: Callable[[float], None]) -> str:
    """Run the aiohttp client to its end."""
    return asyncio.run(follow_with_aiohttp(url, key, number, pause))
