"""Attune's conversation: `build_agent` and `Agent.respond` for services, `Recommender` for scripts."""

from agent.agent import Agent
from agent.build import build_agent
from agent.recommender import Recommender
from agent.settings import Settings, load_settings

__all__ = ["Agent", "Recommender", "Settings", "build_agent", "load_settings"]
