"""The rows of bench/path.c in CPython: what the same calls cost there."""
import ntpath as nt
import os
import os.path as p
import sys
import timeit

part1 = "/srv/releases/2026-11-23/application"
part2 = "lib/python3/dist-packages/some_package"
part3 = "__init__.py"
whole = "/srv/releases/2026-11-23/application/lib/python3/dist-packages/module.py"
messy = "/srv/./releases//2026-11-23/x/../application/lib/python3/./module.py"
other = "/srv/releases/2026-11-22/application/share"
nt_part1, nt_part2 = (
    r"C:\srv\releases\2026-11-23\application",
    r"lib\python3\dist-packages\some_package",
)
nt_whole = r"C:\srv\releases\2026-11-23\application\lib\python3\dist-packages\module.py"
nt_messy = r"C:/srv\.\releases//2026-11-23\x/../application\lib\python3\.\module.py"
nt_other = r"C:\srv\releases\2026-11-22\application\share"
os.environ["OSIER_BENCH"] = "value"

rows = {
    "join of 3": "p.join(part1, part2, part3)",
    "normpath, clean": "p.normpath(whole)",
    "normpath, messy": "p.normpath(messy)",
    "basename": "p.basename(whole)",
    "dirname": "p.dirname(whole)",
    "split": "p.split(whole)",
    "splitext": "p.splitext(whole)",
    "isabs": "p.isabs(whole)",
    "relpath": "p.relpath(whole, other)",
    "commonpath of 3": "p.commonpath([whole, messy, other])",
    "abspath, relative": "p.abspath(part2)",
    "realpath, one link": "p.realpath('/usr/lib/os-release')",
    "expanduser": "p.expanduser('~/bin')",
    "expandvars": "p.expandvars('$HOME/${OSIER_BENCH}/lib')",
    "nt join of 3": "nt.join(nt_part1, nt_part2, part3)",
    "nt normpath, clean": "nt.normpath(nt_whole)",
    "nt normpath, messy": "nt.normpath(nt_messy)",
    "nt normcase": "nt.normcase(nt_whole)",
    "nt basename": "nt.basename(nt_whole)",
    "nt dirname": "nt.dirname(nt_whole)",
    "nt split": "nt.split(nt_whole)",
    "nt splitext": "nt.splitext(nt_whole)",
    "nt splitroot": "nt.splitroot(nt_whole)",
    "nt isabs": "nt.isabs(nt_whole)",
    "nt relpath": "nt.relpath(nt_whole, nt_other)",
    "nt commonpath of 3": "nt.commonpath([nt_whole, nt_messy, nt_other])",
    "nt expandvars": "nt.expandvars('$HOME/${OSIER_BENCH}/lib')",
    "nt isreserved": "nt.isreserved(nt_whole)",
}
rows = {row: code for row, code in rows.items() if not code.startswith("nt.") or hasattr(nt, code[3:].partition("(")[0])}
for row, code in rows.items():
    timer = timeit.Timer(code, globals=globals())
    loops = max(1, int(0.004 / (timer.timeit(100) / 100)))
    best = min(timer.repeat(repeat=15, number=loops)) / loops
    print(row, "CPython %d.%d" % sys.version_info[:2], "%.1f" % (best * 1e9), sep="\t")
