"""One town hall to a data directory: a lock that the kernel lets go of when its holder dies."""

import fcntl
import os
from pathlib import Path

from hustings.domain.refusals import StartRefused


class Lock:
    """Held until closed, or until this process is gone."""

    def __init__(
        self, path: Path, sentence: str = "A town hall runs from {folder} already"
    ) -> None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise StartRefused(
                f"The data directory {path.parent} cannot be written: {error.strerror}.",
                "Make it writable for this user, or choose another with --data.",
            ) from None
        try:
            fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            pid = os.pread(self._fd, 20, 0).decode().strip()
            os.close(self._fd)
            told = sentence.format(folder=path.parent)
            raise StartRefused(
                f"{told} (process {pid or 'unknown'}).",
                "Stop that one first, or choose another with --data.",
            ) from None
        os.ftruncate(self._fd, 0)
        os.pwrite(self._fd, str(os.getpid()).encode(), 0)

    def close(self) -> None:
        os.close(self._fd)


def is_held(path: Path) -> bool:
    """Whether somebody holds it at this moment."""
    try:
        fd = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    else:
        return False
    finally:
        os.close(fd)
