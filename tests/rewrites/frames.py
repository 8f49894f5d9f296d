"""Ways to put the steps of a function together: one block of code, helpers, classes, decorators and others."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from textwrap import indent

from grader.worker.syntax import walk_outside
from rewrites.reading import Part

__all__ = ["FRAMES", "Steps", "framed"]


@dataclass(frozen=True)
class Steps:
    """What a function does, one step after the other: refuse what does not fit, convert, compute, hand over.

    `signature` holds the parameters with their defaults; `check` and `work` may be left out.
    """

    function: str
    signature: str
    core: Part
    give: Part
    check: Part | None = None
    work: Part | None = None

    @property
    def names(self) -> str:
        """The arguments as a call has them."""
        tree = ast.parse(f"def f({self.signature}): pass").body[0]
        assert isinstance(tree, ast.FunctionDef)
        return ", ".join(parameter.arg for parameter in tree.args.args)

    @property
    def parts(self) -> list[Part]:
        """The parts that are called."""
        return [part for part in (self.check, self.work, self.core, self.give) if part is not None]

    def lines(self, check: bool = True, give: bool = True) -> str:
        """The steps as statements."""
        told = [f"{self.check.name}({self.names})"] if self.check and check else []
        told += [f"{self.names} = {self.work.name}({self.names})"] if self.work else []
        told += [f"answer = {self.core.name}({self.names})"]
        return "\n".join([*told, f"return {self.give.name}(answer)" if give else "return answer"])

    def value(self) -> str:
        """The steps as one expression."""
        core = f"{self.core.name}(*{self.work.name}({self.names}))" if self.work else f"{self.core.name}({self.names})"
        answer = f"{self.give.name}({core})"
        return f"{self.check.name}({self.names}) or {answer}" if self.check else answer


def helpers(s: Steps) -> str:
    return f"def {s.function}({s.signature}):\n{_in(s.lines())}"


def one_lambda(s: Steps) -> str:
    return f"{s.function} = lambda {s.signature}: {s.value()}"


def partial_function(s: Steps) -> str:
    head = f"def _{s.function}(finish, {s.signature}):" if s.signature else f"def _{s.function}(finish):"
    body = s.lines().replace(f"return {s.give.name}(", "return finish(")
    return f"import functools\n{head}\n{_in(body)}\n{s.function} = functools.partial(_{s.function}, {s.give.name})"


def decorated(s: Steps) -> str:
    body = f"{s.check.name}(*args, **kwargs)\nreturn function(*args, **kwargs)" if s.check else "return function(*args)"
    wrapper = f"@wraps(function)\ndef checked(*args, **kwargs):\n{_in(body.replace('(*args)', '(*args, **kwargs)'))}"
    return (
        f"from functools import wraps\ndef guarded_{s.function}(function):\n{_in(wrapper)}\n    return checked\n"
        f"@guarded_{s.function}\ndef {s.function}({s.signature}):\n{_in(s.lines(check=False))}"
    )


def finishing_decorator(s: Steps) -> str:
    return (
        f"def finished_{s.function}(function):\n    def wrapper(*args, **kwargs):\n"
        f"        return {s.give.name}(function(*args, **kwargs))\n    return wrapper\n"
        f"@finished_{s.function}\ndef {s.function}({s.signature}):\n{_in(s.lines(give=False))}"
    )


def static_method(s: Steps) -> str:
    name = _class(s)
    method = f"@staticmethod\ndef run({s.signature}):\n{_in(s.lines())}"
    return f"class {name}:\n{_in(method)}\n{s.function} = {name}.run"


def class_method(s: Steps) -> str:
    name = _class(s)
    inner = ", ".join(filter(None, ["cls", s.signature]))
    body = s.lines().replace(f"return {s.give.name}(", "return cls.finish(")
    method = f"finish = staticmethod({s.give.name})\n@classmethod\ndef run({inner}):\n{_in(body)}"
    return f"class {name}:\n{_in(method)}\n{s.function} = {name}.run"


def instance(s: Steps) -> str:
    inner = ", ".join(filter(None, ["self", s.signature]))
    body = s.lines().replace(f"return {s.give.name}(", "return self.finish(")
    methods = f"def __init__(self, finish):\n    self.finish = finish\ndef __call__({inner}):\n{_in(body)}"
    return f"class {_class(s)}:\n{_in(methods)}\n{s.function} = {_class(s)}({s.give.name})"


def closure(s: Steps) -> str:
    body = s.lines().replace(f"return {s.give.name}(", "return finish(")
    inner = f"def inner({s.signature}):\n{_in(body)}\nreturn inner"
    return f"def make_{s.function}(finish):\n{_in(inner)}\n{s.function} = make_{s.function}({s.give.name})"


def star_arguments(s: Steps) -> str:
    names = s.names
    if "=" in s.signature or not names:
        return f"def {s.function}(*args, **kwargs):\n    def bind({s.signature}):\n{_in(_in(s.lines()))}" + (
            "\n    return bind(*args, **kwargs)"
        )
    left = names if "," in names else f"{names},"
    return f"def {s.function}(*args):\n    {left} = args\n{_in(s.lines())}"


def keyword_defaults(s: Steps) -> str:
    sign = ", ".join(filter(None, [s.signature, f"finish={s.give.name}", "verbose=False"]))
    body = s.lines().replace(f"return {s.give.name}(", "return finish(")
    return f"def {s.function}({sign}):\n    if verbose:\n        print({s.function!r})\n{_in(body)}"


def walrus(s: Steps) -> str:
    *before, last, _ = s.lines().split("\n")
    test = f"if ({last.replace(' = ', ' := ', 1)}) is not None:\n    return {s.give.name}(answer)\n"
    body = "\n".join([*before, test + "raise AssertionError('nothing came out')"])
    return f"def {s.function}({s.signature}):\n{_in(body)}"


def try_else(s: Steps) -> str:
    *before, last = s.lines().split("\n")
    text = "try:\n" + _in("\n".join(before)) + "\nexcept (TypeError, RuntimeError) as error:\n    raise error"
    text += f"\nelse:\n    {last}"
    return f"def {s.function}({s.signature}):\n{_in(text)}"


def try_finally(s: Steps) -> str:
    text = f"global CALLS_OF_{s.function}\ntry:\n{_in(s.lines())}\nfinally:\n    CALLS_OF_{s.function} += 1"
    return f"CALLS_OF_{s.function} = 0\ndef {s.function}({s.signature}):\n{_in(text)}"


def generator(s: Steps) -> str:
    body = s.lines().replace("return ", "yield ")
    return (
        f"def _steps_of_{s.function}({s.signature}):\n{_in(body)}\n"
        f"def {s.function}({s.signature}):\n    return next(_steps_of_{s.function}({s.names}))"
    )


def matching(s: Steps) -> str:
    *before, last = s.lines().split("\n")
    text = "\n".join([*before, "match answer:", "    case None:", "        raise AssertionError", "    case answer:"])
    return f"def {s.function}({s.signature}):\n{_in(text)}\n            {last}"


def pipeline(s: Steps) -> str:
    first = f"{s.check.name}({s.names})\n" if s.check else ""
    start = f"{s.work.name}({s.names})" if s.work else f"({s.names + ',' if s.names else ''})"
    return (
        f"from functools import reduce\ndef {s.function}({s.signature}):\n{_in(first)}"
        f"    steps = [lambda given: {s.core.name}(*given), {s.give.name}]\n"
        f"    return reduce(lambda value, step: step(value), steps, {start})"
    )


def table_of_functions(s: Steps) -> str:
    key = s.function
    return f"STEPS_OF_{key} = {{'core': {s.core.name}, 'give': {s.give.name}}}\ndef {key}({s.signature}):\n" + _in(
        s.lines()
        .replace(f"= {s.core.name}(", f"= STEPS_OF_{key}['core'](")
        .replace(f"return {s.give.name}(", f"return STEPS_OF_{key}['give'](")
    )


def context(s: Steps) -> str:
    return (
        "from contextlib import contextmanager\nimport warnings\n@contextmanager\n"
        f"def quiet_{s.function}():\n    with warnings.catch_warnings():\n        warnings.simplefilter('ignore')\n"
        f"        yield\ndef {s.function}({s.signature}):\n    with quiet_{s.function}():\n{_in(_in(s.lines()))}"
    )


def data_class(s: Steps) -> str:
    inner = ", ".join(filter(None, ["self", s.signature]))
    body = s.lines().replace(f"return {s.give.name}(", "return self.finish(")
    return (
        "from dataclasses import dataclass\nfrom typing import Callable\n"
        f"@dataclass(frozen=True)\nclass {_class(s)}:\n    finish: Callable\n"
        f"    def __call__({inner}):\n{_in(_in(body))}\n{s.function} = {_class(s)}(finish={s.give.name})"
    )


def redefined(s: Steps) -> str:
    """A first try is left in the file; the later definition counts."""
    first = f"def {s.function}({s.signature}):\n    raise NotImplementedError\n"
    return f"{first}\n{helpers(s)}"


def alias(s: Steps) -> str:
    return f"def my_{s.function}({s.signature}):\n{_in(s.lines())}\n{s.function} = my_{s.function}"


def nested(s: Steps) -> str:
    """Filled in by `framed`: the helpers stand inside."""
    return helpers(s)


def flat(s: Steps) -> str:
    """Filled in by `framed`: the bodies of the helpers, one after the other."""
    return helpers(s)


FRAMES = (
    flat,
    nested,
    helpers,
    one_lambda,
    partial_function,
    decorated,
    finishing_decorator,
    static_method,
    class_method,
    instance,
    closure,
    star_arguments,
    keyword_defaults,
    walrus,
    try_else,
    try_finally,
    generator,
    matching,
    pipeline,
    table_of_functions,
    context,
    data_class,
    redefined,
    alias,
)
BY_NAME = {frame.__name__: frame for frame in FRAMES}


def _in(text: str) -> str:
    return indent(text, "    ")


def _class(s: Steps) -> str:
    return "".join(word.capitalize() for word in s.function.split("_"))


def framed(name: str, steps: Steps) -> tuple[list[ast.stmt], list[ast.stmt]] | None:
    """Helpers, and the statements that define the function in a style; None where these parts do not allow it."""
    below = ast.parse(BY_NAME[name](steps)).body
    above = [node for part in steps.parts for node in part.body]
    if name == "nested":
        function = below[0]
        assert isinstance(function, ast.FunctionDef)
        outside = [node for node in above if isinstance(node, ast.Import | ast.ImportFrom)]
        inside = [node for node in above if not isinstance(node, ast.Import | ast.ImportFrom)]
        if any(isinstance(one, ast.Global) for node in inside for one in ast.walk(node)):
            return None
        function.body[:0] = _once(inside)
        return outside, below
    if name != "flat":
        return above, below
    pieces = [_spliced(part, steps.names, last=part is steps.give) for part in steps.parts]
    if any(piece is None for piece in pieces):
        return None
    function = below[0]
    assert isinstance(function, ast.FunctionDef)
    function.body = [node for piece in pieces if piece is not None for node in piece]
    spliced = {id(part.function) for part in steps.parts}
    return [node for node in above if id(node) not in spliced], below


def _spliced(part: Part, names: str, last: bool) -> list[ast.stmt] | None:
    """The body of a part as statements of the function around it; None where it cannot be had so."""
    function = part.function
    inner = [one for node in part.body for one in ast.walk(node)]
    if function is None or any(isinstance(one, ast.Name) and one.id == part.name for one in inner):
        return None
    *body, end = function.body
    inside = [one for node in function.body for one in walk_outside(node)]
    leaving = sum(isinstance(one, ast.Return | ast.Yield | ast.YieldFrom) for one in inside)
    mine = [parameter.arg for parameter in function.args.args]
    given = ["answer"] if last else [name for name in names.split(", ") if name]
    if leaving != isinstance(end, ast.Return) or len(mine) != len(given) or function.args.vararg:
        return None
    if isinstance(end, ast.Return):
        told = ast.unparse(end.value) if end.value else "None"
        work = "_work__" in part.name
        body += ast.parse(f"return {told}" if last else f"{names if work else 'answer'} = {told}").body
    elif "_check__" in part.name:
        body.append(end)
    else:
        return None
    start = ast.parse(f"{', '.join(mine)} = {', '.join(given)}").body if mine != given else []
    return start + body


def _once(nodes: list[ast.stmt]) -> list[ast.stmt]:
    """Every statement once."""
    return list({ast.unparse(node): node for node in nodes}.values())
