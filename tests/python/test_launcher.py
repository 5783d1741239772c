# SPDX-License-Identifier: MIT
"""`python3 -m osier PROGRAM` is to a program what `python3 PROGRAM` is, but for its os."""

import os
import pathlib
import signal
import subprocess
import sys
import zipapp

import pytest

import osier

PLACE = str(pathlib.Path(osier.__file__).parents[1])
WHO = "import os; print(os.stat.__self__.__spec__.name)"
TELL = """
import os, sys
print(__name__, __doc__, __builtins__, __spec__ and __spec__.name, globals().get("__file__"), globals().get("__package__"))
print(sys.argv, sys.path[0], sys.modules["__main__"].__dict__ is globals())
"""


def environment(**more):
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    return {**kept, "PYTHONPATH": PLACE, "PYTHONDONTWRITEBYTECODE": "1", **more}


def run(*arguments, flags=(), **options):
    """(exit status, stdout, stderr) of the interpreter with `arguments`."""
    options = {"env": environment(), "input": "", **options}
    done = subprocess.run([sys.executable, *flags, *map(str, arguments)], capture_output=True, text=True, **options)
    return done.returncode, done.stdout, done.stderr


def both(*arguments, **options):
    """What a program does under osier, which is what it does without."""
    ours = run("-m", "osier", *arguments, **options)
    assert ours == run(*arguments, **options)
    return ours


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


@pytest.mark.parametrize("arguments", [[], ["a", "-b", "--help", "-m"]])
def test_script(here, arguments):
    write(here / "bin" / "tell.py", '"""A program."""\n' + TELL)
    status, out, err = both("bin/tell.py", *arguments)
    assert (status, err) == (0, "") and f"{here}/bin" in out
    both("./bin/../bin/tell.py", *arguments)
    both(here / "bin" / "tell.py", *arguments)


def test_script_that_can_be_read_once(here):
    fifo = here / "fifo"
    os.mkfifo(fifo)
    for launcher in ([], ["-m", "osier"]):
        child = subprocess.Popen([sys.executable, *launcher, fifo], stdout=subprocess.PIPE, text=True, env=environment())
        fifo.write_text("print(5)")
        assert child.communicate() == ("5\n", None)


def test_names_of_the_program(here):
    for words in (["names.py"], ["-c", "print(__annotations__, __loader__)"]):
        write(here / "names.py", "print(__annotations__, type(__loader__).__name__)")
        both(*words)


def test_script_behind_a_link(here):
    write(here / "bin" / "tell.py", TELL)
    (here / "tell").symlink_to("bin/tell.py")
    assert f"{here}/bin" in both("tell")[1]


def test_module(here):
    write(here / "mod.py", TELL)
    write(here / "package" / "__init__.py", "")
    write(here / "package" / "__main__.py", TELL + "from . import part\n")
    write(here / "package" / "part.py", "print(__name__)")
    assert "package.part" in both("-m", "package", "a", "-c")[1]
    both("-m", "mod", "-h")
    both("-m", "package.part")


@pytest.mark.parametrize("code", [TELL, "", "def f():\n    return g\ng = 3\nprint(f(), [g for _ in 'a'])", "x: int = 1\nprint(x)"])
def test_code(here, code):
    both("-c", code, "a", "-b")


def test_standard_input(here):
    assert "[\'-\', \'a\']" in both("-", "a", input=TELL.replace("__name__", "__name__, 1"))[1]


def test_directory_and_archive(here):
    write(here / "app" / "__main__.py", TELL + "import helper\n")
    write(here / "app" / "helper.py", "print(__file__)\nimport os\nprint(os.path.basename('a/b'))")
    both("app", "a")
    zipapp.create_archive(here / "app", here / "app.pyz")
    assert both("app.pyz", "a")[0] == 0


def test_compiled_script(here):
    import py_compile

    py_compile.compile(str(write(here / "tell.py", TELL)), cfile=str(here / "told.pyc"))
    both("told.pyc")


@pytest.mark.parametrize("arguments", [["nothing.py"], ["-m", "nothing"], ["-m", "nothing.at.all"], ["empty"], ["-m", "empty"], ["denied/x"]])
def test_what_is_not_there(here, arguments):
    (here / "empty").mkdir()
    write(here / "denied", "")
    assert both(*arguments)[0] != 0


ENDS = {
    "exit": "import sys; sys.exit(7)",
    "exit with text": "import sys; sys.exit('sorry')",
    "exit without": "raise SystemExit",
    "_exit": "import os; os._exit(5)",
    "error": "def f():\n    return 1 / 0\n\nf()\n",
    "chained": "try:\n    1 / 0\nexcept Exception as e:\n    raise OSError(2, 'No', 'x') from e\n",
    "syntax": "def f(:\n",
    "hook": "import sys\nsys.excepthook = lambda *a: print(a[0].__name__, a[1])\n1 / 0\n",
    "at exit": "import atexit\n@atexit.register\ndef f():\n    import __main__\n    print(__main__.value)\nvalue = 3\n1 / 0\n",
    "thread": "import threading\nt = threading.Thread(target=lambda: print(value))\nvalue = 4\nt.start()\n",
    "interrupt": "import os, signal, time\nos.kill(os.getpid(), signal.SIGINT)\ntime.sleep(9)\n",
    "terminated": "import os, signal\nos.kill(os.getpid(), signal.SIGTERM)\n",
    "group": "raise ExceptionGroup('several', [ValueError(1), TypeError(2)])\n",
}


@pytest.mark.parametrize("way", ["script", "-m", "-c"])
@pytest.mark.parametrize("end", ENDS)
def test_end(here, way, end):
    write(here / "ends.py", ENDS[end])
    arguments = {"script": ["ends.py"], "-m": ["-m", "ends"], "-c": ["-c", ENDS[end]]}[way]
    ours, theirs = run("-m", "osier", *arguments), run(*arguments)
    assert ours[:2] == theirs[:2]
    if way == "script":
        assert ours[2] == theirs[2]
    else:  # without the frames of runpy; and not with the lines of -c, which are gone
        told = ours[2].replace(str(here), "")
        assert "osier" not in told and "runpy" not in told
        assert ours[2].splitlines()[-1:] == theirs[2].splitlines()[-1:]
    if end == "interrupt":
        assert ours[0] == -signal.SIGINT


@pytest.mark.parametrize("flags", [["-P"], ["-B", "-O"], ["-X", "utf8"], ["-W", "error"], ["-u"], ["-b"]])
def test_flags_of_the_interpreter(here, flags):
    write(here / "bin" / "tell.py", TELL + "print(sys.flags, os.stat('/').st_dev)")
    status, out, err = run("-m", "osier", here / "bin" / "tell.py", flags=flags)
    assert (status, out, err) == run(here / "bin" / "tell.py", flags=flags)


@pytest.mark.parametrize("arguments", [[], ["-m"], ["-c"], ["-x"], ["--nothing"]])
def test_usage(arguments):
    status, out, err = run("-m", "osier", *arguments)
    assert (status, out) == (2, "") and err.startswith("usage: python3 -m osier SCRIPT")


def test_traceback_begins_with_the_program(here):
    write(here / "ends.py", "import sys\nsys.excepthook = lambda *a: print(a[2].tb_frame.f_code.co_filename, a[2].tb_next)\n1 / 0\n")
    both("ends.py")


def test_help_and_version():
    status, out, err = run("-m", "osier", "--help")
    assert (status, err) == (0, "") and "-m MODULE" in out
    assert run("-m", "osier", "-V") == (0, f"osier {osier.__version__}\n", "")


# --------------------------------------------------------------------------- children


def test_children_and_theirs():
    code = f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {WHO!r}])"
    grandchildren = f"import subprocess, sys\nprint(subprocess.run([sys.executable, '-c', {code!r}], capture_output=True, text=True).stdout)"
    assert run("-m", "osier", "-c", grandchildren)[1].strip() == "osier._posix"


@pytest.mark.parametrize("call", ["os.system('{}')", "os.popen('{}').read()", "os.waitpid(os.spawnl(os.P_NOWAIT, '/bin/sh', 'sh', '-c', '{}'), 0)",
                                  "os.execl('/bin/sh', 'sh', '-c', '{}')"])
def test_children_of_os(here, call):
    write(here / "who.py", WHO.replace("print(", "open('said', 'w').write("))
    assert run("-m", "osier", "-c", "import os\n" + call.format(f"{sys.executable} who.py"))[0] == 0
    assert (here / "said").read_text() == "osier._posix"


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
@pytest.mark.parametrize("way", ["script", "-m"])
def test_multiprocessing(here, method, way):
    write(here / "pool.py", f"""
import multiprocessing, os

class Thing:
    pass

def work(number):
    return number * 2, os.stat.__self__.__spec__.name, type(Thing()).__module__

if __name__ == "__main__":
    multiprocessing.set_start_method({method!r})
    with multiprocessing.Pool(2) as pool:
        print(sorted(pool.map(work, [1, 2, 3])))
""")
    arguments = ["pool.py"] if way == "script" else ["-m", "pool"]
    status, out, err = run("-m", "osier", *arguments)
    main = "__mp_main__" if method == "spawn" or method == "forkserver" else "__main__"
    assert (status, err) == (0, "")
    assert eval(out) == [(2 * n, "osier._posix", main) for n in (1, 2, 3)]


def test_child_in_a_virtual_environment(here):
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", here / "venv"], check=True, env=environment())
    code = "import os, sys; print(os.stat.__self__.__spec__.name, sys.prefix, any('_children' in item for item in sys.path))"
    program = f"import subprocess; subprocess.run(['venv/bin/python', '-c', {code!r}])"
    assert run("-m", "osier", "-c", program) == (0, f"osier._posix {here}/venv False\n", "")


def test_child_finds_what_it_would(here):
    """Its path is what it is without osier, the environment's own sitecustomize is run, and nothing of osier's place shows."""
    write(here / "more" / "sitecustomize.py", "import builtins\nbuiltins.seen = 1")
    code = "import sys; print(seen, sys.path, sys.argv)"
    program = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {code!r}, 'a'])"
    both("-c", program, env=environment(PYTHONPATH=f"{PLACE}:{here}/more"))


def test_child_of_another_interpreter(here):
    """One that osier was not built for does without, in silence."""
    tag = f"{sys.version_info.major}.{sys.version_info.minor}"
    places = [*pathlib.Path("/usr/bin").glob("python[23].*"), *pathlib.Path.home().glob(".pyenv/versions/*/bin/python[23].*")]
    others = [path for path in places if path.name.removeprefix("python").replace(".", "").isdigit() and path.name != f"python{tag}"]
    if not others:
        pytest.skip("there is no other")
    for other in others:
        program = f"import subprocess; subprocess.run([{str(other)!r}, '-c', 'import os; print(os.getpid() > 0)'])"
        assert run("-m", "osier", "-c", program, env=environment(PYTHONPATH=PLACE)) == (0, "True\n", ""), other


# --------------------------------------------------------------------------- install()


def test_install_without_site():
    code = f"import sys; sys.path.insert(0, {PLACE!r}); import osier; osier.install(); {WHO}"
    assert run("-c", code, flags=["-I", "-S"])[:2] == (0, "osier._posix\n")


def test_install_twice():
    code = "import osier, sys; osier.install(); import os; a = os; osier.install(); import os; print(a is os, osier.installed())"
    assert run("-c", code)[1] == "True True\n"


def test_installed_says_so():
    assert run("-c", "import osier, os; print(osier.installed()); osier.install(); print(osier.installed())")[1] == "False\nTrue\n"


def test_install_reaches_names_given_to_modules(here):
    write(here / "user.py", "import os as o, posixpath as p\nfrom os import path\n")
    code = "import user, osier; osier.install(); import os; print(user.o is os, user.p is os.path, user.path is os.path)"
    assert run("-c", code)[1] == "True True True\n"


def test_posix_is_osier_s_too():
    code = "import osier; osier.install(); import os, posix; print(posix.listdir is os.listdir, posix.listdir in os.supports_fd, os.stat('/')[:1] == os.stat_result(os.stat('/'))[:1])"
    assert run("-c", code) == (0, "True True True\n", "")


def test_shutil_behind_wrapped_finders():
    """Mercurial wraps the finders of modules before it imports shutil."""
    code = """
import sys, osier
sys.modules.pop("shutil", None)
osier.install()
class Wrapping:
    def __init__(self, finder):
        self.find_spec = lambda *a, **k: finder.find_spec(*a, **k)
sys.meta_path[:] = [Wrapping(finder) for finder in sys.meta_path]
import shutil, osier.shutil
print(shutil.rmtree.__code__ == osier.shutil.rmtree.__code__)
"""
    assert run("-c", code) == (0, "True\n", "")


def test_one_environment():
    code = ("import os as theirs, osier.os as ours; ours.environ['X_A'] = '1'; print(theirs.environ['X_A'], theirs.getenv('X_A'));"
            "theirs.putenv('X_B', '2'); theirs.environ['X_C'] = '3'; print(ours.getenv('X_C'))")
    assert run("-c", code)[1] == "1 1\n3\n"
