# SPDX-License-Identifier: MIT
"""One suite of psutil's tests (Debian's psutil/tests) with another module in psutil's place; outcomes as JSON.

suite.py MODULE SUITE OUT.json      MODULE psutil = psutil itself; SUITE = process, system, linux ...
"""
import ast, importlib, importlib.util, json, os, re, sys, traceback, unittest, warnings

# What a test mustn't touch to say something about a stand-in: psutil's insides, or calls of Python that it is made of.
INSIDES = re.compile(r"\b_pslinux\b|\b_psplatform\b|\b_psposix\b|\bcext\b|psutil\._common|\bmock\b|mock_open|"
                     r"psutil\._[a-z]|\bwrap_numbers\b|\breload_module\b|\._proc\b|_common\.|\bcat\(|\bopen_text\b")
PRIVATE = ["_common", "_compat", "_psposix", "_psutil_posix", "_psutil_linux", "_pslinux"]


def load(name, path, search=None):
    spec = importlib.util.spec_from_file_location(name, path, submodule_search_locations=search)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def where():
    """The folder of Debian's psutil (or PSUTIL_SUITE's), found without importing it."""
    if os.environ.get("PSUTIL_SUITE"):
        return os.environ["PSUTIL_SUITE"]
    here = os.path.dirname(os.path.abspath(__file__))
    for place in sys.path + ["/usr/lib/python3/dist-packages"]:
        if os.path.isdir(os.path.join(place, "psutil", "tests")) and os.path.abspath(place) != here:
            return os.path.join(place, "psutil")
    sys.exit("psutil/tests not found: apt-get install python3-psutil, or set PSUTIL_SUITE")


def stand_in(name, home):
    """`import psutil` gives the module `name`; the helpers that the tests themselves use are psutil's own."""
    original = load("psutil", os.path.join(home, "__init__.py"), [home])
    borrowed = {p: importlib.import_module("psutil." + p) for p in PRIVATE
                if os.path.exists(os.path.join(home, p + ".py")) or p.startswith("_psutil")}
    for key in [k for k in sys.modules if k == "psutil" or k.startswith("psutil.")]:
        sys.modules["_original_" + key] = sys.modules.pop(key)
    module = importlib.import_module(name)
    sys.modules["psutil"] = module
    for part, source in borrowed.items():
        own = getattr(module, part, None)
        if own is None:
            try:
                own = importlib.import_module(name + "." + part)
            except ImportError:
                own = source
                if part in ("_common", "_psposix"):   # exceptions and constants are the stand-in's
                    for n in vars(source):
                        if hasattr(module, n) and not n.startswith("__"):
                            setattr(source, n, getattr(module, n))
            setattr(module, part, own)
        sys.modules["psutil." + part] = own
    if not hasattr(module, "_psplatform"):
        module._psplatform = module._pslinux
    return original


def insides(case):
    """Whether a test looks at psutil's insides, from its own text and its class's setUp."""
    import inspect, textwrap
    text = ""
    for member in (case._testMethodName, "setUp"):
        fn = inspect.unwrap(getattr(type(case), member))
        bound = getattr(getattr(case, member), "__func__", None)
        if bound and "meth" in bound.__code__.co_freevars:
            # LimitedUserTestCase wraps its tests in a loop, so each of them runs the loop's last one
            fn = bound.__closure__[bound.__code__.co_freevars.index("meth")].cell_contents.__func__
        try:
            tree = ast.parse(textwrap.dedent(inspect.getsource(fn)))
        except (OSError, TypeError, SyntaxError):
            continue
        if member == "setUp" and fn is unittest.TestCase.setUp:
            continue
        text += ast.unparse(tree)
    return bool(INSIDES.search(text)) or "CommonModule" in case.id() or "TestUtils" in case.id()


def cases(suite):
    for t in suite:
        yield from cases(t) if isinstance(t, unittest.TestSuite) else [t]


class Notes(unittest.TestResult):
    def __init__(self):
        super().__init__()
        self.outcome, self.text = {}, {}
    def put(self, test, what, text=""):
        case = getattr(test, "test_case", test)
        self.outcome[case.id()] = what
        self.text[case.id()] = text[-1500:]
    def addSuccess(self, t): self.outcome.setdefault(t.id(), "pass")
    def addSkip(self, t, why): self.put(t, "skip", why)
    def addFailure(self, t, e): self.put(t, "fail", "".join(traceback.format_exception(*e)))
    def addError(self, t, e): self.put(t, "error", "".join(traceback.format_exception(*e)))
    def addSubTest(self, t, sub, e):
        if e is not None: self.put(t, "fail", "".join(traceback.format_exception(*e)))
    def addExpectedFailure(self, t, e): self.put(t, "pass")


def main():
    name, suite, out = sys.argv[1:4]
    sys.modules["pytest"] = None   # from 6.1 on psutil's tests bring a stand-in for it that works with unittest
    warnings.simplefilter("ignore")
    home = where()
    if name != "psutil":
        stand_in(name, home)
    else:
        load("psutil", os.path.join(home, "__init__.py"), [home])
    tests = load("psutil.tests", os.path.join(home, "tests", "__init__.py"), [os.path.join(home, "tests")])
    sys.modules["psutil"].tests = tests
    notes, white = Notes(), {}
    try:
        module = importlib.import_module("psutil.tests.test_" + suite)
    except BaseException:
        json.dump({"broken": traceback.format_exc()[-1500:]}, open(out, "w"))
        return
    every = list(cases(unittest.defaultTestLoader.loadTestsFromModule(module)))
    for c in every:
        white[c.id()] = insides(c)
    todo = list(c for c in every if not os.environ.get("PSUTIL_ONLY") or os.environ["PSUTIL_ONLY"] in c.id())
    unittest.TestSuite(todo).run(notes)
    tries = {}
    for c in todo:   # many of them race with a child that has yet to exec: the best of three counts
        for n in range(2):
            if notes.outcome.get(c.id()) not in ("fail", "error"):
                break
            again, tries[c.id()] = Notes(), n + 2
            unittest.TestSuite([type(c)(c._testMethodName)]).run(again)
            notes.outcome.update(again.outcome)
            notes.text.update(again.text)
    json.dump({"outcome": notes.outcome, "text": notes.text, "white": white, "tries": tries}, open(out, "w"))
    os._exit(0)


main()
