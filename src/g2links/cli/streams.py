"""Standard output and error that may be closed, or lose their reader, without harm to the work."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class _Steady:
    """A stream whose words go nowhere once nobody reads them, as after `| head -1`; other errors are errors."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """As of any stream."""
        try:
            return self._stream.write(text)
        except BrokenPipeError:
            return self._lose(text)

    def flush(self) -> None:
        """As of any stream."""
        try:
            self._stream.flush()
        except BrokenPipeError:
            self._lose("")

    def _lose(self, text: str) -> int:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, self._stream.fileno())
        os.close(nowhere)
        return len(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


@contextmanager
def steady_streams() -> Iterator[None]:
    """In the block, sys.stdout and sys.stderr can be written to, whether somebody reads them or not."""
    earlier = sys.stdout, sys.stderr
    with open(os.devnull, "w", encoding="utf-8") as nowhere:
        sys.stdout, sys.stderr = (_Steady(nowhere if stream is None else stream) for stream in earlier)
        try:
            yield
        finally:
            for stream in (sys.stdout, sys.stderr):
                stream.flush()
            sys.stdout, sys.stderr = earlier
