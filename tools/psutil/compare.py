# SPDX-License-Identifier: MIT
"""compare.py DIR MODULE SUITE...: what the stand-in's run says beside psutil's own."""
import json, sys
home, module, suites = sys.argv[1], sys.argv[2], sys.argv[3:]
order = ["pass", "skip", "fail", "error"]
worse, white_worse, bad = [], [], False
# psutil 5.9 had names that 7.2, which osier.psutil is, has not: maxfile and maxpath of a partition, and none for net_connections().
newer = ("test_contracts.TestSystemAPITypes.test_disk_partitions", "test_system.TestDiskAPIs.test_disk_partitions",
         "TestTestingUtils.test_process_namespace")
print(f"{'suite':13}{'tests':>6} | psutil itself: pass skip fail | {module}, black box: pass skip fail of | white box: pass skip fail of")
total = [0] * 12
for s in suites:
    a = json.load(open(f"{home}/{s}.psutil.json"))
    b = json.load(open(f"{home}/{s}.module.json"))
    if "broken" in a or "broken" in b:
        print(f"{s:13} can't be loaded: {(b.get('broken') or a.get('broken')).strip().splitlines()[-1]}")
        bad = True
        continue
    row = [0] * 12
    for t, was in a["outcome"].items():
        now = b["outcome"].get(t, "skip")
        k = {"pass": 0, "skip": 1}
        row[0] += 1
        row[1 + k.get(was, 2)] += 1
        w = b["white"].get(t, a["white"][t])
        row[(8 if w else 4) + k.get(now, 2)] += 1
        row[11 if w else 7] += 1
        if t.endswith(newer) and now != "pass":
            continue
        if order.index(now) > order.index(was) and not (was == "fail" and now == "error"):
            (white_worse if w else worse).append((t, was, now, b["text"].get(t, "")))
    total = [x + y for x, y in zip(total, row)]
    print(f"{s:13}{row[0]:6} | {row[1]:19} {row[2]:4} {row[3]:4} | {row[4]:{len(module)+17}} {row[5]:4} {row[6]:4} {row[7]:3}| {row[8]:15} {row[9]:4} {row[10]:4} {row[11]:3}")
print(f"{'all':13}{total[0]:6} | {total[1]:19} {total[2]:4} {total[3]:4} | {total[4]:{len(module)+17}} {total[5]:4} {total[6]:4} {total[7]:3}| {total[8]:15} {total[9]:4} {total[10]:4} {total[11]:3}")
for title, rows in (("black box, worse than psutil itself", worse), ("white box (reported, not counted)", white_worse)):
    print(f"\n{title}: {len(rows)}")
    for t, was, now, text in rows:
        print(f"  {t.split('tests.')[-1]}: {was} -> {now}: {(text.strip().splitlines() or [''])[-1][:150]}")
sys.exit(1 if worse or bad else 0)
