"""Snapshots, seeds and delayed deletions: states of a cloud."""

from __future__ import annotations

import json
import os
import shutil
from typing import Any

from .documents import Seed
from .models import PendingDeletions, PendingDeletionsDeletion, Planted, PurgedRows, PurgedRowsPurged, ScrubbedImages, Snapshot
from .transport import JSON, TAR, YAML, Transport


class StateControl:
    """The part of a cloud that changes its whole state."""

    transport: Transport

    def reset(self, *, discard: bool = False) -> None:
        """Returns the cloud to its initial state, and cancels running work.

        With `discard` all data is deleted, even if the server started with data.
        """
        self.transport.call("POST", "/reset", {"discard": True} if discard else None)

    def seed(self, seed: Seed | str | os.PathLike[str]) -> Planted:
        """Creates what a seed has and the cloud has not: all of it, or nothing.

        The seed is a document, the name of a built-in one such as `demo`, a text of several lines in YAML, or the path of a
        file in YAML or JSON.
        """
        if isinstance(seed, os.PathLike):
            with open(seed, "rb") as file:
                body, kind = file.read(), YAML
        elif isinstance(seed, str) and "\n" in seed:
            body, kind = seed.encode(), YAML
        else:
            body, kind = json.dumps(seed).encode(), JSON
        with self.transport.open("POST", "/seeds", body=body, kind=kind) as answer:
            return Planted.from_json(json.load(answer))

    def deletions(self) -> list[PendingDeletionsDeletion]:
        """Returns the deleted images whose data is still there, as the setting `delayed_delete` keeps it; the oldest deletion first."""
        return PendingDeletions.from_json(self.transport.call("GET", "/deletions")).deletions

    def scrub(self) -> list[str]:
        """Removes the data of the deleted images whose `scrub_time` is over by the clock of the cloud, and returns their ids."""
        return ScrubbedImages.from_json(self.transport.call("POST", "/deletions/scrub")).scrubbed

    def restore_image(self, id: str) -> None:
        """Makes a deleted image active again, whose data is still there."""
        self.transport.call("POST", "/deletions/{id}/restore", id=id)

    def purge(self, *, age_in_days: int = 30, max_rows: int = 100) -> PurgedRowsPurged:
        """Removes rows of members that were removed, and of tasks that expired, so many days ago or earlier; -1: without a limit."""
        bounds = {"age_in_days": age_in_days, "max_rows": max_rows}
        return PurgedRows.from_json(self.transport.call("POST", "/deletions/purge", bounds)).purged

    def purge_images_table(self, *, age_in_days: int = 180, max_rows: int = 100) -> PurgedRowsPurged:
        """Removes rows of images that were deleted so many days ago or earlier; their ids can be used again then."""
        bounds = {"age_in_days": age_in_days, "max_rows": max_rows}
        return PurgedRows.from_json(self.transport.call("POST", "/deletions/purge_images_table", bounds)).purged

    def snapshot(self, name: str, *, bytes: bool = True) -> Snapshot:
        """Saves the state of the cloud under a name; without `bytes` only the hashes of image data are saved."""
        return Snapshot.from_json(self.transport.call("PUT", "/snapshots/{name}", {"bytes": bytes}, name=name))

    def snapshots(self) -> list[Snapshot]:
        """Returns all snapshots, by name."""
        return [Snapshot.from_json(one) for one in self.transport.call("GET", "/snapshots")["snapshots"]]

    def show_snapshot(self, name: str) -> Snapshot:
        """Returns one snapshot."""
        return Snapshot.from_json(self.transport.call("GET", "/snapshots/{name}", name=name))

    def load_snapshot(self, name: str) -> None:
        """Restores the state that was saved under a name, and cancels running work."""
        self.transport.call("POST", "/snapshots/{name}/load", name=name)

    def remove_snapshot(self, name: str) -> None:
        """Deletes a snapshot and its image data."""
        self.transport.call("DELETE", "/snapshots/{name}", name=name)

    def export_snapshot(self, name: str, path: str | os.PathLike[str]) -> None:
        """Writes a snapshot to a file, a tar archive with the secrets of the cloud."""
        with self.transport.open("GET", "/snapshots/{name}/export", name=name) as answer, open(path, "wb") as file:
            shutil.copyfileobj(answer, file)

    def import_snapshot(self, name: str, path: str | os.PathLike[str]) -> Snapshot:
        """Reads an exported file as the snapshot `name`; load it to change the cloud."""
        size = {"Content-Length": str(os.stat(path).st_size)}
        with open(path, "rb") as file, self.transport.open(
            "PUT", "/snapshots/{name}/import", body=file, kind=TAR, headers=size, name=name
        ) as answer:
            document: dict[str, Any] = json.load(answer)
            return Snapshot.from_json(document)
