"""respond: the words of the turn. Templates by default; a language model's only after every claim was checked."""

import random
import re
from datetime import date
from typing import Any

from langgraph.runtime import Runtime

from agent.consulting import consult
from agent.parts import Parts
from agent.replying import ReplyInput, reply_to_wishes
from agent.state import TurnState
from agent.trace import Text
from agent.writing import write_reply

_ANSWERED = ("question", "compare", "explain")
_SENTENCE_END = re.compile(r"(?<=[.!?…”)]) ")


async def respond(state: TurnState, runtime: Runtime[Parts]) -> dict[str, Any]:
    parts = runtime.context
    given = _reply_input(state, parts)
    template = reply_to_wishes(given) if not state.facts else " ".join([*state.notices, state.facts])
    writer = parts.model if parts.settings.writer == "auto" else None
    written = None
    if writer is not None and not state.facts and state.acted.slate:
        written = await write_reply(writer, state.text, given, runtime.stream_writer)
    elif writer is not None and given.command.intent in _ANSWERED:
        written = await consult(writer, state.text, state.facts, state.view.slate, parts.tools, runtime.stream_writer)
    reply = written.text if written else template
    for piece in _SENTENCE_END.split(reply):
        runtime.stream_writer(Text(delta=piece if reply.endswith(piece) else f"{piece} "))
    return {"reply": reply, "model": written.model if written else state.model}


def _reply_input(state: TurnState, parts: Parts) -> ReplyInput:
    assert state.grounded is not None
    return ReplyInput(
        command=state.grounded.command,
        view=state.focus,
        slate=state.acted.slate,
        near_misses=state.acted.near_misses,
        report=state.acted.report,
        wanted=state.acted.wanted,
        first_slate=not any(entry.slate for entry in state.entries),
        already=state.acted.already,
        question=state.question,
        notices=state.notices,
        catalogue=parts.catalogue,
        variety=random.Random(f"{state.user} {len(state.entries)} {len(state.text)}"),
        today=date.today().isoformat(),
    )
