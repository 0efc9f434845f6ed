"""Routes of memory: what is remembered of a user, to be read, changed, taken along and erased."""

from http import HTTPStatus
from typing import Annotated, Any, Literal

from fastapi import APIRouter
from pydantic import Field, ValidationError

from agent.api.desk import TheCaller
from agent.api.problems import documented, unprocessable
from agent.api.shapes import Body, ItemId, ProfileShape, UserId
from agent.api.threads import QueryUser
from agent.editing import NewWish
from agent.memory.profile import Profile
from agent.proposing import ground_wishes
from agent.turns import wish_json
from tools.catalogue import Catalogue

router = APIRouter(prefix="/v1/profile", tags=["profile"], responses=documented(400, 401, 413, 421, 422, 429, 503))


class ProfileEdit(Body):
    """Changes to what is remembered, made in this order."""

    remember: Annotated[tuple[NewWish, ...], Field(max_length=20)] = ()
    forget_wishes: Annotated[tuple[str, ...], Field(max_length=100)] = ()
    items: Annotated[
        dict[ItemId, Literal["liked", "disliked", "seen", "not_interested", "interested", "accept"]],
        Field(max_length=1_000, default_factory=dict),
    ]
    forget_items: Annotated[tuple[ItemId, ...], Field(max_length=1_000)] = ()
    user: UserId | None = None


class ProfileImport(Body):
    """A document that an export gave."""

    document: dict[str, Any]
    overwrite: bool = False
    user: UserId | None = None


@router.get("", response_model=ProfileShape, response_model_exclude_unset=True)
async def read_profile(caller: TheCaller, user: QueryUser = None) -> dict[str, Any]:
    """Read what is remembered of a user; of a new one that is nothing."""
    owner = caller.user(user)
    return profile_json(owner, await caller.agent.memory.profile(owner), caller.agent.parts.catalogue)


@router.patch("", response_model=ProfileShape, response_model_exclude_unset=True)
async def change_profile(body: ProfileEdit, caller: TheCaller) -> dict[str, Any]:
    """Remember wishes and opinions of items, forget others."""
    user, agent = caller.user(body.user), caller.agent
    stated = [wish.preference(agent.parts.catalogue.domain) for wish in body.remember]
    for statement in ground_wishes(stated, agent.parts).statements:
        await agent.memory.remember_wish(user, statement)
    for wish in body.forget_wishes:
        await agent.memory.forget_wish(user, wish)
    if body.items:
        await agent.memory.note_items(user, body.items)
    for item in body.forget_items:
        await agent.memory.forget_item(user, item)
    return profile_json(user, await agent.memory.profile(user), agent.parts.catalogue)


@router.delete("", status_code=HTTPStatus.NO_CONTENT)
async def forget_user(caller: TheCaller, user: QueryUser = None) -> None:
    """Erase everything that is kept of a user: profile and threads."""
    await caller.agent.memory.forget_everything(caller.user(user))


@router.get("/export", response_model=dict[str, Any])
async def export_profile(caller: TheCaller, user: QueryUser = None) -> dict[str, Any]:
    """Get everything that is remembered of a user as one document."""
    return await caller.agent.memory.export(caller.user(user))


@router.post("/import", response_model=ProfileShape, response_model_exclude_unset=True)
async def import_profile(body: ProfileImport, caller: TheCaller) -> dict[str, Any]:
    """Take in an exported document; what is remembered already is replaced only where `overwrite` says so."""
    user = caller.user(body.user)
    try:
        await caller.agent.memory.restore(user, body.document, overwrite=body.overwrite)
    except (KeyError, ValidationError) as error:
        raise unprocessable("the document is not what an export gave; nothing was changed") from error
    return profile_json(user, await caller.agent.memory.profile(user), caller.agent.parts.catalogue)


def profile_json(user: str, profile: Profile, catalogue: Catalogue) -> dict[str, Any]:
    """Return a profile as JSON, items with their titles."""
    return {
        "user": user,
        "wishes": [wish_json(wish) for wish in profile.wishes],
        "items": [
            {
                "id": item,
                # An item can leave the catalogue after somebody said what they think of it.
                "title": catalogue.item(catalogue.row(item)).label if item in catalogue else None,
                "opinion": kept.opinion,
                "since": kept.since,
            }
            for item, kept in profile.items.items()
        ],
    }
