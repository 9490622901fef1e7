"""
Python 2's `random` and `hash`, as 64-bit Python 2.7 has them.

Sites spread cron jobs with `random.seed(hostname)` and `randint`: the generator is the same in
Python 3, but what is made of a seed and of the generator's numbers is not, so that every client
would get another minute. What is not seeded is random, as it was.
"""

from __future__ import annotations

import math
import random
import threading
from collections.abc import Callable, Iterable, MutableSequence, Sequence
from types import ModuleType
from typing import Any

WORD = 1 << 64

#: From this number on, one number of `random()` does not tell all whole numbers apart.
FINE = 1 << 53

#: Bits of a digit of a long whole number.
DIGIT_BITS = 30


def _signed(number: int) -> int:
    """Return the low 64 bits of a number as a hash: they have a sign, and -1 means an error."""
    number %= WORD
    number = number - WORD if number >= WORD >> 1 else number
    return -2 if number == -1 else number


def _hash_of_characters(numbers: Sequence[int]) -> int:
    if not numbers:
        return 0
    value = numbers[0] << 7
    for number in numbers:
        value = (1000003 * value ^ number) % WORD
    return _signed(value ^ len(numbers))


def _hash_of_whole_number(number: int) -> int:
    value, rest = 0, abs(number)
    count = -(-rest.bit_length() // DIGIT_BITS)
    for position in reversed(range(count)):
        digit = rest >> position * DIGIT_BITS & ((1 << DIGIT_BITS) - 1)
        value = (value << DIGIT_BITS | value >> 64 - DIGIT_BITS) % WORD + digit
        value = value - WORD + 1 if value >= WORD else value
    return _signed(value if number >= 0 else -value)


def _hash_of_fraction(number: float) -> int:
    if math.isnan(number):
        return 0
    if math.isinf(number):
        return 314159 if number > 0 else -271828
    if number == int(number):
        return _hash_of_whole_number(int(number))
    mantissa, exponent = math.frexp(number)
    mantissa *= 1 << 31
    high = int(mantissa)
    return _signed(high + int((mantissa - high) * (1 << 31)) + (exponent << 15))


def _hash_of_tuple(values: tuple[Any, ...]) -> int:
    result, factor = 0x345678, 1000003
    for left, value in zip(reversed(range(len(values))), values, strict=True):
        result = (result ^ python2_hash(value)) * factor % WORD
        factor += 82520 + 2 * left
    return _signed(result + 97531)


def python2_hash(value: Any, /) -> int:
    """
    Return what `hash` was in a 64-bit Python 2, without `-R`.

    Text is hashed by its characters, as `unicode` was and, where it is ASCII, `str` too. What is
    neither text, bytes, number nor a tuple has today's hash.

    :raises TypeError: if the value has none
    """
    if isinstance(value, str):
        return _hash_of_characters([ord(character) for character in value])
    if isinstance(value, bytes):
        return _hash_of_characters(value)
    if isinstance(value, int):
        return _hash_of_whole_number(value)
    if isinstance(value, float):
        return _hash_of_fraction(value)
    return _hash_of_tuple(value) if isinstance(value, tuple) else hash(value)


class Python2Random(random.Random):
    """A generator of random numbers whose methods do what those of Python 2 did."""

    def seed(self, a: Any = None, version: int | None = None) -> None:
        """
        Start anew from a value of any kind, or by chance from None.

        :param version: as in Python 3, whose result this is then
        """
        if version is not None:
            super().seed(a, version)
        elif a is None or isinstance(a, int):
            super().seed(a)
        else:
            super().seed(python2_hash(a) % WORD)

    def _below(self, limit: int) -> int:
        if limit < FINE:
            return int(self.random() * limit)
        bits = int(1.00001 + math.log(limit - 1, 2.0))
        number = limit
        while number >= limit:
            number = self.getrandbits(bits)
        return number

    def randrange(self, start: Any, stop: Any = None, step: Any = 1) -> int:
        """
        Choose from a range.

        :raises ValueError: if it is empty, or not one of whole numbers
        """
        first, last, by = 0, _whole(start), _whole(step)
        if stop is not None:
            first, last = last, _whole(stop)
        # as many as a `range` has, which says so of small ones only
        count = (last - first + by - (1 if by > 0 else -1)) // by if by else 0
        if count <= 0:
            raise ValueError(f"empty range for randrange() ({start}, {stop}, {step})")
        return first + by * self._below(count)

    def randint(self, a: Any, b: Any) -> int:
        """Choose a whole number, both ends included."""
        return self.randrange(a, b + 1)

    def choice(self, seq: Any) -> Any:
        """
        Choose an element.

        :raises IndexError: if there is none
        """
        return seq[int(self.random() * len(seq))]

    def shuffle(self, x: MutableSequence[Any], random: Callable[[], float] | None = None) -> None:
        """Put a list into another order, in place."""
        draw = random or self.random
        for last in reversed(range(1, len(x))):
            other = int(draw() * (last + 1))
            x[last], x[other] = x[other], x[last]

    def sample(self, population: Any, k: int, **options: Any) -> list[Any]:
        """
        Choose several elements, each once.

        :param options: as in Python 3, whose result this is then
        :raises ValueError: if there are not so many
        """
        if options:
            return super().sample(population, k, **options)
        size = len(population)
        if not 0 <= k <= size:
            raise ValueError("sample larger than population")
        limit = 21 + (4 ** math.ceil(math.log(k * 3, 4)) if k > 5 else 0)
        if size <= limit or hasattr(population, "keys"):
            return self._from_pool(list(population), k)
        try:
            return [population[index] for index in self._distinct(size, k)]
        except (TypeError, KeyError):
            if isinstance(population, list):
                raise
            return self.sample(tuple(population), k)

    def _from_pool(self, pool: list[Any], k: int) -> list[Any]:
        chosen = []
        for last in reversed(range(len(pool) - k, len(pool))):
            index = int(self.random() * (last + 1))
            chosen.append(pool[index])
            pool[index] = pool[last]
        return chosen

    def _distinct(self, size: int, k: int) -> Iterable[int]:
        """Yield different numbers below a size."""
        drawn: set[int] = set()
        while len(drawn) < k:
            index = int(self.random() * size)
            if index not in drawn:
                drawn.add(index)
                yield index

    def triangular(self, low: float = 0.0, high: float = 1.0, mode: float | None = None) -> float:
        """Draw from the triangular distribution."""
        number = self.random()
        share = 0.5 if mode is None else (mode - low) / (high - low)
        if number > share:
            number, share, low, high = 1.0 - number, 1.0 - share, high, low
        result: float = low + (high - low) * (number * share) ** 0.5
        return result

    def gammavariate(self, alpha: float, beta: float) -> float:
        """Draw from the gamma distribution."""
        if alpha != 1.0:
            return super().gammavariate(alpha, beta)
        number = self.random()
        while number <= 1e-7:
            number = self.random()
        return -math.log(number) * beta

    def paretovariate(self, alpha: float) -> float:
        """Draw from the Pareto distribution."""
        return float(1.0 / (1.0 - self.random()) ** (1.0 / alpha))


def _whole(number: Any) -> int:
    whole = int(number)
    if whole != number:
        raise ValueError(f"non-integer argument for randrange(): {number!r}")
    return whole


class _Threads(threading.local):
    """
    The generators of each thread.

    What one template seeds decides nothing for another, also while one renders the other.
    """

    def __init__(self) -> None:
        self.generators: list[Python2Random | None] = [None]

    def current(self) -> Python2Random:
        """Return the generator of what runs now, made by chance."""
        generator = self.generators[-1]
        if generator is None:
            generator = self.generators[-1] = Python2Random()
        return generator


_threads = _Threads()


def begin() -> None:
    """Begin what has a generator of its own: one template, say."""
    _threads.generators.append(None)


def end() -> None:
    """End what began last."""
    _threads.generators.pop()


def _function(name: str) -> Callable[..., Any]:
    """Return a function that calls a method of the current generator."""

    def call(*arguments: Any, **keywords: Any) -> Any:
        return getattr(_threads.current(), name)(*arguments, **keywords)

    call.__name__ = call.__qualname__ = name
    return call


def _module() -> ModuleType:
    """Return what `import random` gives."""
    module = ModuleType("random", "Python 2's random numbers.")
    for name in random.__all__:
        value = getattr(random, name)
        is_method = isinstance(getattr(value, "__self__", None), random.Random)
        setattr(module, name, _function(name) if is_method else value)
    module.__dict__.update(Random=Python2Random, __all__=list(random.__all__))
    return module


RANDOM = _module()
