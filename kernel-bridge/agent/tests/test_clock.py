"""The recorded time in a kernel that repeats runs: what reads the clock reads it, and types stay what they are."""

from __future__ import annotations

from kernel import Kernel

GIVE = "import sys; sys.modules['yesterday_agent.clock'].give({})"
YEAR = 365 * 86_400
READS = """
import datetime, time
from datetime import datetime as D
print(datetime.date.today().year, D.now().year, D.utcnow().year, D.today().year, D.now(datetime.timezone.utc).year)
print(time.gmtime().tm_year, time.strftime('%Y'), time.ctime()[-4:], int(time.time()) // 1000, time.time_ns() // 10**12)
print(type(D.now()) is D, isinstance(D.now(), datetime.date), D(2020, 1, 2).isoformat(), time.gmtime(0).tm_year)
"""


def test_code_reads_the_given_time_and_the_kernel_the_real_one() -> None:
    kernel = Kernel()
    try:
        real = kernel.run(READS).text.splitlines()
        kernel.say(GIVE.format(YEAR + 0.5))
        ran = kernel.run(READS)
        given = ran.text.splitlines()
        assert given[0] == "1971 1971 1971 1971 1971"
        assert given[1].startswith("1971 1971 1971 31536 31536")
        assert given[2] == real[2] == "True True 2020-01-02T00:00:00 1970"
        assert ran.record is not None and ran.record["started"] > 1e9
        # Time goes on, and each step begins at its own.
        assert kernel.run("import time; a = time.time(); time.sleep(0.01); print(time.time() > a)").text == "True\n"
        kernel.say(GIVE.format(2 * YEAR + 0.5))
        assert kernel.run("import datetime; print(datetime.date.today().year)").text == "1972\n"
    finally:
        kernel.close()


def test_a_subclass_s_now_is_of_its_kind() -> None:
    kernel = Kernel()
    try:
        kernel.say(GIVE.format(YEAR))
        kernel.run("from datetime import datetime\nclass Mine(datetime): pass")
        code = "print(type(Mine.now()).__name__, Mine.now().year)"
        assert kernel.run(code).text == "Mine 1971\n"
    finally:
        kernel.close()
