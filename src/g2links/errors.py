"""The errors that a user can cause; the command line turns each into one clear message and exit code 2."""


class G2LinksError(Exception):
    """Base of every error that g2links raises on purpose."""


class InputError(G2LinksError):
    """A value that cannot be used.

    Args:
        field: the name of the argument, key, array or file at fault.
        value: what was given.
        allowed: what is allowed there, in words.
    """

    def __init__(self, field: str, value: object, allowed: str) -> None:
        self.field, self.value, self.allowed = field, value, allowed
        super().__init__(f"{field}: got {_short(value)}; {allowed}")


class PolynomialError(InputError):
    """A polynomial that does not define a Calabi-Yau link: not homogeneous, of another degree, or singular."""


class ArtefactError(G2LinksError):
    """A file that is missing, truncated, altered, of the wrong shape, or that cannot be written."""


class TrainingError(G2LinksError):
    """A training that ended with something that is not a result; the command line ends with exit code 1."""


def _short(value: object, limit: int = 200) -> str:
    text = repr(value)
    return text if len(text) <= limit else text[: limit - 3] + "..."


class NotPositiveError(TrainingError):
    """The metric that was found is not positive definite at some point of V."""


def foreseen(error: Exception) -> str | None:
    """What the machine, not the code, is to blame for, in one sentence; None for a bug."""
    said = " ".join(str(error).split())
    if isinstance(error, MemoryError) or "RESOURCE_EXHAUSTED" in said:
        why = said or type(error).__name__
        return f"memory: not enough for this size ({why}); ask for fewer points or a lower degree"
    if isinstance(error, ImportError):
        return f"a library cannot be loaded: {said}; there is too little memory, or the installation is not whole"
    if isinstance(error, FileNotFoundError) and error.filename is None:
        return "no such folder: the current one has gone away; change to another"
    if isinstance(error, OSError):
        return f"{type(error).__name__}: {said}"
    return None
