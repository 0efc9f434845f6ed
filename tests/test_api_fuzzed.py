"""Requests drawn from the OpenAPI description, fitting and unfitting: none may bring the server down."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance

from tests.serving import app_over, served_in_thread
from tests.talking import agent_over
from tools.context import ToolContext
from tools.linking import Linker

CHECKS = [not_a_server_error, content_type_conformance, response_schema_conformance]
FEW = settings(
    max_examples=3,
    derandomize=True,
    database=None,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def operations(
    tiny_tools: ToolContext, tiny_linker: Linker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[list[Any]]:
    """Every operation that a server describes."""
    home: Path = tmp_path_factory.mktemp("fuzzed")
    with served_in_thread(app_over(agent_over(tiny_tools, tiny_linker, home))) as url:
        schema = schemathesis.openapi.from_url(f"{url}/openapi.json")
        yield [found.ok() for found in schema.get_all_operations()]


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE])
def test_no_request_brings_the_server_down(operations: list[Any], mode: GenerationMode) -> None:
    assert len(operations) > 20
    for operation in operations:

        @FEW
        @given(case=operation.as_strategy(mode))
        def send(case: schemathesis.Case) -> None:
            case.validate_response(case.call(), checks=CHECKS)

        send()
