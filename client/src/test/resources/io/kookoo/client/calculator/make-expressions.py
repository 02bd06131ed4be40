#!/usr/bin/env python3
"""Writes expressions.txt: tricky expressions, and what Python makes of them.

    python3 make-expressions.py > expressions.txt

Each line is an expression, a tab, and the text of its result, or ERROR. What Python knows beside Kookoo's expressions (`**`, `//`,
tuples) is an ERROR as well. The numbers are drawn with a fixed seed: the same Python writes the same file.
"""
import random
import re
import struct
import sys
import warnings

warnings.simplefilter("ignore")
sys.set_int_max_str_digits(0)
r = random.Random(20261125)


def result(expression):
    if re.search(r"\*\*|//", expression):
        return "ERROR"
    try:
        value = eval(expression, {"__builtins__": {}})
    except (SyntaxError, TypeError, AttributeError, NameError, ArithmeticError):
        return "ERROR"
    return str(value) if type(value) in (int, float) else "ERROR"


def digits(count):
    return str(r.randint(1, 9)) + "".join(str(r.randint(0, 9)) for _ in range(count - 1))


def any_double():
    while True:
        value = struct.unpack("<d", r.randbytes(8))[0]
        if abs(value) < float("inf"):
            return value


def integer():
    return r.choice([
        lambda: str(r.randint(0, 9)),
        lambda: str(r.randint(1, 999)),
        lambda: digits(r.randint(1, 25)),
        lambda: digits(r.randint(1, 60)),
        lambda: str((1 << r.choice([31, 32, 52, 53, 54, 62, 63, 64, 65, 127])) + r.randint(-3, 3)),
        lambda: "0" * r.randint(1, 3),
    ])()


def decimal():
    return r.choice([
        lambda: "%d.%d" % (r.randint(0, 99), r.randint(0, 999)),
        lambda: ".%d" % r.randint(0, 99),
        lambda: "%d." % r.randint(0, 99),
        lambda: "00%d.5" % r.randint(0, 99),
        lambda: digits(r.randint(1, 25)) + "." + digits(r.randint(1, 25)),
        lambda: repr(abs(any_double())),
        lambda: "%d%s%s%d" % (r.randint(0, 99), r.choice("eE"), r.choice(["", "+", "-"]), r.randint(0, 30)),
        lambda: "%s.%se%d" % (digits(r.randint(1, 4)), digits(r.randint(1, 20)), r.randint(-330, 310)),
        lambda: repr(r.choice([2.0 ** r.randint(-1074, 1023), 10.0 ** r.randint(-323, 308)])),
        lambda: r.choice(["1e16", "1e15", "9999999999999998.", "1e-4", "1e-5", "0.0001", "0.00001", "5e-324", "2e-324",
                          "2.5e-324", "1.7976931348623157e308", "1.7976931348623159e308", "1e309", "2.2250738585072014e-308",
                          "2.225073858507201e-308", "9007199254740993.0", "0.1", "0.3", "1e23", "1e22", "0.0", "0e5"]),
    ])()


def blank():
    return r.choice(["", "", " ", " ", "  "])


def expression(depth):
    kind = r.random()
    if depth == 0 or kind < 0.25:
        return r.choice([integer, integer, decimal])()
    if kind < 0.35:
        return r.choice("+-") + blank() + expression(depth - 1)
    if kind < 0.55:
        return "(" + blank() + expression(depth - 1) + blank() + ")"
    return expression(depth - 1) + blank() + r.choice("+-*/") + blank() + expression(depth - 1)


def seed_like():
    line = str(r.randint(0, 99))
    for _ in range(r.randint(2, 10)):
        line += " %s %d" % (r.choice("+-*/"), r.randint(0, 99))
    return line


def quotient():
    return "%s/%s" % (digits(r.randint(1, 340)), digits(r.randint(1, 340)))


def halfway():
    """An integer, or a quotient, that lies between two doubles, or just beside the middle of them."""
    mantissa = (r.getrandbits(53) | 1 << 52) * 2 + 1
    shift = r.randint(1, 300)
    divisor = r.getrandbits(r.choice([1, 40, 200])) * 2 + 1
    return "%d%s" % (mantissa * divisor * 2**shift + r.choice([-1, 0, 0, 1]), r.choice(["/%d" % divisor, "*1.0", "/%d" % (divisor << 90)]))


def subnormal_quotient():
    return "%s/%s" % (digits(r.randint(1, 40)), digits(r.randint(310, 390)))


def broken():
    """An expression with a character too many, or one too few."""
    text = expression(3)
    at = r.randint(0, len(text))
    if r.random() < 0.4 and at < len(text):
        return text[:at] + text[at + 1:]
    return text[:at] + r.choice("0123456789.+-*/() eE") + text[at:]


def long_sum():
    return "".join(r.choice("+-") + r.choice([integer, decimal])() for _ in range(40))


makers = [
    (lambda: expression(2), 500), (lambda: expression(4), 600), (lambda: expression(6), 300), (seed_like, 300), (quotient, 150),
    (halfway, 400), (subnormal_quotient, 80), (broken, 800), (long_sum, 50), (lambda: repr(any_double()), 400), (decimal, 400),
    (lambda: "-" + decimal() + "*" + decimal(), 200), (lambda: decimal() + "/" + decimal(), 200), (integer, 100),
]
fixed = [
    "0/-5", "-0", "-0.0", "0.0*-1", "-0*5.0", "0-0.0", "-0.0+0", "-0.0-0", "1/-1e400", "1e400", "-1e400", "1e400-1e400", "1e400*0",
    "1e200*1e200", "-1e200*1e200", "1e308*10/1e308", "1/0", "1/0.0", "1/-0.0", "0/0", "1e400/0", "(1)(2)", "()", "", " ", "1 2", "1.2.3",
    "1..2", "1e", "1e+", "1 e5", "1e5.5", "e5", ".", ".e5", "-", "(", ")", "(1", "1)", "1+", "*1", "1**2", "1* *2", "7//2", "007", "00", "0",
    "-9223372036854775808", "9223372036854775807+1", "-9223372036854775808-1", "-(-9223372036854775808)", "9223372036854775808-1",
    "3037000500*3037000500", "-9223372036854775808*-1", "4294967296*2147483648", "4294967296*-2147483648", "9223372036854775807/3",
    "9007199254740993/1", "9007199254740993*1.0", "1" + "0" * 400 + "*1.0", "1" + "0" * 400 + "/1.0", "1" + "0" * 400 + "/1",
    "1" + "0" * 400 + "/1" + "0" * 399, "1/1" + "0" * 400, "-1/1" + "0" * 400, "0/1" + "0" * 400, "0/-1" + "0" * 400,
    "%d/1" % (2**1024 - 2**970), "%d/1" % (2**1024 - 2**970 - 1), "%d*1.0" % (2**1024 - 2**970), "%d*1.0" % (2**1024 - 2**970 - 1),
    "%d/1" % (2**1024 - 1), "%d/2" % (2**1025 - 2**971), "1/%d" % 2**1074, "1/%d" % 2**1075, "1/%d" % (2**1075 - 1), "3/%d" % 2**1076,
    "2/%d" % 2**1076, "%d/%d" % (2**53 - 1, 2**1075), "%d/%d" % (2**54 - 1, 2**1076), "9" * 1000 + "*" + "9" * 1000, "9" * 700 + "-" + "9" * 700,
    "-" * 99 + "1", "+-" * 50 + "1.5", "(" * 100 + "1" + ")" * 100, "2+3*4-5/2", "2-3-4", "16/4/2", "2*-3", "2--3", "-2*-3", "100/3-17", "49/3",
]
for i in range(1, 130):
    fixed.append("%d*5e-324" % i)

seen = set()
lines = list(fixed)
for maker, count in makers:
    lines += [maker() for _ in range(count)]
for line in lines:
    if line not in seen and line.strip() == line and line:
        seen.add(line)
        print(line, result(line), sep="\t")
