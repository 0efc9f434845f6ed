"""`attune keys`: the API keys of tenants."""

import json
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from agent.api.keys import KeyRing
from agent.settings import load_settings
from agent.terminal.running import AsJson, clear_errors, diagnostics

keys = typer.Typer(help="API keys: once there is one, every request needs one.", no_args_is_help=True)


@keys.command()
def create(
    tenant: Annotated[str, typer.Argument(help="Whose users it opens; a-z, 0-9 and '-'.")],
    name: Annotated[str, typer.Option(help="What the key is for, to know it again.")] = "",
    as_json: AsJson = False,
) -> None:
    """Make a key and show it, this once."""
    with clear_errors():
        key, secret = _ring().create(tenant, name)
    if as_json:
        print(json.dumps({**key.model_dump(exclude={"sha256"}), "key": secret}))
        return
    print(secret)
    diagnostics.print(f"Key {key.id} of tenant {tenant}. It is not shown again; send it as 'Authorization: Bearer …'.")


@keys.command("list")
def list_(as_json: AsJson = False) -> None:
    """List the keys, without their secrets."""
    with clear_errors():
        found = [key.model_dump(exclude={"sha256"}) for key in _ring().listed()]
    if as_json:
        print(json.dumps({"keys": found}))
        return
    table = Table("id", "tenant", "name", "created")
    for key in found:
        table.add_row(key["id"], key["tenant"], key["name"], key["created"])
    Console().print(table)


@keys.command()
def revoke(key_id: Annotated[str, typer.Argument(help="As `keys list` shows it.")], as_json: AsJson = False) -> None:
    """Take a key back; a running server refuses it from the next request on."""
    with clear_errors():
        key = _ring().revoke(key_id)
    if as_json:
        print(json.dumps(key.model_dump(exclude={"sha256"})))
    else:
        diagnostics.print(f"Key {key.id} of tenant {key.tenant} is revoked.")


def _ring() -> KeyRing:
    return KeyRing(load_settings().keys_file)
