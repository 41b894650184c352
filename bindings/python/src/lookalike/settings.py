"""Settings, policy and metadata definitions of a cloud, changed while the server runs."""

from __future__ import annotations

from typing import Any, Literal

from .documents import Policy, Settings
from .models import Loaded
from .transport import Transport

Setting = str | float | bool | list[Any] | None


class ConfigControl:
    """The settings of a cloud. Their names are those of docs/settings.md, where the column *Live* says which can change."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def show(self) -> Settings:
        """Returns all settings in force; secrets are `***`."""
        settings: Settings = self._transport.call("GET", "/config")
        return settings

    def set(self, **settings: Setting) -> Settings:
        """Changes settings, all of them or none, and returns those in force; None stands for the default."""
        changed: Settings = self._transport.call("PATCH", "/config", settings)
        return changed

    def restart(self) -> None:
        """Restores the settings at start."""
        self._transport.call("DELETE", "/config")


class PolicyControl:
    """The policy rules of a cloud, in the language of oslo.policy."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def show(self) -> Policy:
        """Returns all rules in force."""
        rules: Policy = self._transport.call("GET", "/policy")
        return rules

    def set(self, rules: Policy) -> Policy:
        """Overrides rules, in place of those of an earlier call, and returns those in force."""
        changed: Policy = self._transport.call("PUT", "/policy", rules)
        return changed

    def restart(self) -> None:
        """Restores the rules at start."""
        self._transport.call("DELETE", "/policy")


class SettingsControl:
    """The part of a cloud that changes how it is set up."""

    transport: Transport

    @property
    def config(self) -> ConfigControl:
        """The settings of the cloud."""
        return ConfigControl(self.transport)

    @property
    def policy(self) -> PolicyControl:
        """The policy rules of the cloud."""
        return PolicyControl(self.transport)

    def metadefs(
        self, documents: dict[str, Any] | list[dict[str, Any]], *,
        existing: Literal["skip", "merge", "prefer_new", "overwrite"] | None = None,
    ) -> Loaded:
        """Loads metadata definitions in the form of Glance's JSON files: all of them, or none."""
        return Loaded.from_json(self.transport.call("POST", "/metadefs", documents, query={"existing": existing}))
