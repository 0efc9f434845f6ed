"""Requests drawn from the OpenAPI description, fitting and unfitting: none may bring the server down.

Every answer has a status, a type and a shape that the description names for it, and what does not fit is refused.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
)

from tests.serving import app_over, served_in_thread
from tests.talking import agent_over
from tools.context import ToolContext
from tools.linking import Linker

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    negative_data_rejection,
]
EXAMPLES = {GenerationMode.POSITIVE: 4, GenerationMode.NEGATIVE: 12}


@pytest.fixture(scope="module")
def operations(
    tiny_tools: ToolContext, tiny_linker: Linker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[list[Any]]:
    """Every operation that a server describes."""
    home: Path = tmp_path_factory.mktemp("fuzzed")
    with served_in_thread(app_over(agent_over(tiny_tools, tiny_linker, home))) as url:
        schema = schemathesis.openapi.from_url(f"{url}/openapi.json")
        yield [found.ok() for found in schema.get_all_operations()]


@pytest.mark.parametrize("mode", EXAMPLES, ids=lambda mode: mode.value)
def test_every_request_is_answered_as_the_description_says(operations: list[Any], mode: GenerationMode) -> None:
    open_to = [one for one in operations if mode is GenerationMode.POSITIVE or takes_something(one)]
    assert len(open_to) > 20
    for operation in open_to:
        send_some(operation, mode)


def takes_something(operation: Any) -> bool:
    """Whether there is anything of a request that could fail to fit."""
    return bool(operation.body or any(operation.iter_parameters()))


def send_some(operation: Any, mode: GenerationMode) -> None:
    """Send requests that fit, or do not fit, an operation, and check each answer."""

    @settings(
        max_examples=EXAMPLES[mode],
        derandomize=True,
        database=None,
        deadline=None,
        phases=(Phase.explicit, Phase.generate),
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(mode))
    def send(case: schemathesis.Case) -> None:
        case.validate_response(case.call(), checks=CHECKS)

    send()
