"""Sending files that are written for one answer: into a folder of their own, which goes when they are sent."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from starlette.background import BackgroundTask
from starlette.responses import FileResponse, Response

from fundwatch.console.office import Office
from fundwatch.console.visits import NotFoundError
from fundwatch.store.durable import make_folder
from fundwatch.store.landing import WRITTEN


def send_written(office: Office, write: Callable[[Path], Path | None]) -> Response:
    """Return the answer with the file that ``write`` made in a folder; raise NotFoundError where it made none."""
    make_folder(office.temporary)
    folder = Path(tempfile.mkdtemp(prefix=WRITTEN, dir=office.temporary))
    try:
        path = write(folder)
        if path is None:
            raise NotFoundError()
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return FileResponse(path, filename=path.name, background=BackgroundTask(shutil.rmtree, folder, True))
