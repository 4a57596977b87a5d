"""What the parser of the command line refuses, in one sentence like every other refusal."""

from pydantic import ValidationError
from typer.exceptions import TyperException

from g2links.errors import InputError
from g2links.settings.values import NUMBERS, did_you_mean


def usage_error(error: TyperException) -> str:
    """Names the option and the value, or what is missing, and the command that explains them; empty where the parser
    has shown the help instead."""
    cause = error.__cause__
    parameter = getattr(error, "param", None)
    if isinstance(cause, ValidationError) and parameter is not None:
        fault = cause.errors()[0]
        choices = parameter.type_descriptor.choices
        if choices is not None:
            near = did_you_mean(fault["input"], choices)
            return str(
                InputError(max(parameter.opts, key=len), fault["input"], f"choose one of {', '.join(choices)}{near}")
            )
        allowed = NUMBERS.get(fault["type"].partition("_")[0], fault["msg"])
        return str(InputError(max(parameter.opts, key=len), fault["input"], allowed))
    words = " ".join(error.format_message().split()).rstrip(".")
    context = getattr(error, "ctx", None)
    explained = f"; see `{context.command_path} --help`" if words and context is not None else ""
    return words[:1].lower() + words[1:] + explained
