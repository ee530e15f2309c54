"""Programs that mean harm, or are careless, by what becomes of them.

The contract is the smallest one: ``double``, twice an array.
"""

from __future__ import annotations

from hwcode.checking import Outcome

__all__ = [
    "CHEATS", "ENDS", "GOOD", "HARMLESS", "LIMITS", "OUTSIDE", "OWN_WORK", "UNREADABLES", "called",
    "loaded",
]  # fmt: skip

WRONG, UNREADABLE = Outcome.WRONG, Outcome.UNREADABLE

GOOD = "def double(v):\n    return 2 * v\n"


def called(body: str) -> str:
    """A program whose function does this first, and then what is asked."""
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    return f"import os, sys, time\ndef double(v):\n{lines}    return 2 * v\n"


def loaded(body: str) -> str:
    """A program that does this while it is defined."""
    return f"import os, sys, time\n{body}\n{GOOD}"


EVERY_DESCRIPTOR = (
    "for fd in range(3, 64):\n    try: os.write(fd, message)\n    except OSError: pass\n"
)
FORGED = (
    'import json\nmessage = json.dumps({"verdict": {"id": "", "outcome": "right", "right": True,'
    ' "method": "proved"}}).encode()\n'
)
FRAME = 'message = b\'{"value":null}\'\nmessage = b"%08x" % len(message) + message\n'
EVIL = "class Evil:\n    def {}(self, *a, **k):\n        {}\n"

LIMITS = {
    "a loop while defined": (loaded("while True: pass"), "did not end within"),
    "a loop in the call": (called("while True: pass"), "did not end within"),
    "sleeping": (called("time.sleep(10**6)"), "did not end within"),
    "a signal's limit ignored": (
        called("import signal; signal.signal(24, signal.SIG_IGN)\nwhile True: pass"), "not end"
    ),
    "errors of memory caught": (
        called("while True:\n    try: x = bytearray(2**34)\n    except MemoryError: pass"), "within"
    ),
    "a number without end": (called("x = 9**9**9"), "the program"),
    "a pattern that backtracks": (called("import re; re.match('(a+)+$', 'a' * 60 + 'b')"), "end"),
    "waiting for a thread": (
        called("import threading; e = threading.Event()\ne.wait()"), "did not end within"
    ),
    "an array too large": (called("np.ones((10**6, 10**6))"), "memory"),
    "bytes too many": (loaded("x = bytearray(2**33)"), "memory"),
    "a list that grows": (called("x = [0]\nwhile True: x = x + x"), "the program"),
    "a text that grows": (called("x = 'x'\nwhile True: x += x"), "the program"),
    "killed from outside": (called("os.kill(os.getpid(), 9)"), "SIGKILL"),
    "a result too large": ("def double(v): return np.zeros(10**7)", "the program"),
    "a stack that grows": (
        called("sys.setrecursionlimit(10**9)\ndef f(n): return [f(n + 1)]\nf(0)"), "the program"
    ),
    "printing without end": (called("while True: print('x' * 10**6)"), "printed"),
    "short lines without end": (called("while True: print('x')"), "the program"),
    "errors without end": (called("while True: sys.stderr.write('x' * 10**6)"), "printed"),
    "printed without Python": (called("while True: os.write(2, b'x' * 10**6)"), "printed"),
}  # fmt: skip
"""Not decided; with a word that the reason has."""

ENDS = {
    "sys.exit while defined": (loaded("sys.exit(0)"), UNREADABLE, "sys.exit"),
    "os._exit while defined": (loaded("os._exit(0)"), UNREADABLE, "ended its process"),
    "sys.exit": (called("sys.exit(0)"), WRONG, "sys.exit(0)"),
    "os._exit": (called("os._exit(0)"), WRONG, "ended its process, with status 0"),
    "abort": (called("os.abort()"), WRONG, "crashed, by signal 6"),
    "a segmentation fault": (called("import ctypes; ctypes.string_at(0)"), WRONG, "crashed"),
    "descriptors closed": (called("os.closerange(0, 64)"), WRONG, "the program"),
    "endless recursion": ("def double(v): return double(v)", WRONG, "RecursionError"),
    "KeyboardInterrupt": (called("raise KeyboardInterrupt"), WRONG, "KeyboardInterrupt"),
    "GeneratorExit": (called("raise GeneratorExit"), WRONG, "GeneratorExit"),
    "an exception of its own kind": (
        "class E(BaseException): pass\ndef double(v): raise E('no')", WRONG, "E: no"
    ),
    "an exception without a text": (
        "class E(Exception):\n    def __str__(self): raise E\ndef double(v): raise E", WRONG, "E: "
    ),
    "an exception without a name": (
        "class M(type):\n    @property\n    def __name__(self): raise OSError\n"
        "class E(Exception, metaclass=M): pass\ndef double(v): raise E", WRONG, "E",
    ),
    "asks for input": (called("input()"), WRONG, "EOFError"),
    "a higher limit": (
        called("import resource; resource.setrlimit(resource.RLIMIT_AS, (-1, -1))"), WRONG, "limit"
    ),
}  # fmt: skip

CHEATS = {
    "a verdict on every descriptor": loaded(FORGED + EVERY_DESCRIPTOR + "os._exit(0)"),
    "a verdict when it is called": called(FORGED + EVERY_DESCRIPTOR + "os._exit(0)"),
    "a reply on every descriptor": called(FRAME + EVERY_DESCRIPTOR + "os._exit(0)"),
    "many replies": called(FRAME + EVERY_DESCRIPTOR * 3 + "return 0"),
    "no reply": called("message = b'00000004null'\n" + EVERY_DESCRIPTOR),
    "a list for a reply": called("message = b'00000002[]'\n" + EVERY_DESCRIPTOR),
    "a length that lies": called("message = b'7fffffff[]'\n" + EVERY_DESCRIPTOR),
    "an array that lies": called(
        'body = b\'{"value":{"array":["<f8",[1000000000000],""]}}\'\n'
        "message = b'%08x' % len(body) + body\n" + EVERY_DESCRIPTOR
    ),
    "an array of objects": called(
        'body = b\'{"value":{"array":["|O",[1],"AAAAAAAAAAA="]}}\'\n'
        "message = b'%08x' % len(body) + body\n" + EVERY_DESCRIPTOR
    ),
    "a call of what is private": called(
        'body = b\'{"callback":[0,"__class__",[],{}]}\'\n'
        "message = b'%08x' % len(body) + body\n" + EVERY_DESCRIPTOR
    ),
    "numpy.all patched": "np.all = lambda *a, **k: True\ndef double(v): return v",
    "numpy.asarray patched": "np.asarray = lambda *a, **k: 0\ndef double(v): return v",
    "isinstance patched": "import builtins\nbuiltins.isinstance = lambda *a: True\n"
    "def double(v): return v",
    "json patched": "import json\njson.dumps = lambda *a, **k: '{\"value\": 1}'\n"
    "def double(v): return v",
    "equal to everything": EVIL.format("__eq__", "return True") + "def double(v): return Evil()",
    "an array that looks around": EVIL.format(
        "__array__", "import sys; return sys._getframe(5).f_locals['expected']"
    ) + "def double(v): return Evil()",
    "a result that raises": EVIL.format("__repr__", "raise OSError")
    + "def double(v): return Evil()",
    "a result that loops": EVIL.format("__repr__", "\n            while True: pass")
    + "def double(v): return Evil()",
    "a subclass of arrays": "class A(np.ndarray):\n    def __eq__(self, other): return True\n"
    "def double(v): return v.view(A)",
    "frames searched": called(
        "frame = sys._getframe()\nwhile frame:\n"
        "    for name in ('expected', 'reference', 'truth', 'wanted'):\n"
        "        if name in frame.f_locals: return frame.f_locals[name]\n"
        "    frame = frame.f_back\nreturn 0"
    ),
    "objects searched": called(
        "import gc\nreturn [x for x in gc.get_objects() if type(x).__name__ == 'Truth'][0]"
    ),
    "the runner patched": called(
        "frame = sys._getframe().f_back\n"
        "while 'workshop' not in frame.f_locals: frame = frame.f_back\n"
        "frame.f_locals['workshop'].perform = lambda request: {'value': True, 'right': True}\n"
        "return 0"
    ),
    "a trace": called("sys.settrace(lambda *a: None)\nreturn v"),
    "counts its calls": "n = 0\ndef double(v):\n    global n\n    n += 1\n"
    "    return 2*v if n < 4 else v",
    "the value of the first": "kept = []\ndef double(v):\n    kept.append(2 * v)\n"
    "    return kept[0]",
    "one buffer for all": "out = np.zeros(9)\ndef double(v):\n    r = out[:len(v)]\n"
    "    r[:] = 2 * v\n    return r",
    "doubles in place": "def double(v):\n    v *= 2\n    return v",
    "in single precision": "def double(v): return (2 * v).astype(np.float32)",
    "a number too large": "def double(v): return 10**400",
    "not a number": "def double(v): return v * np.nan",
    "nothing": "def double(v): pass",
    "a text": "def double(v): return '2v'",
    "complex": "def double(v): return 2 * v + 0j",
    "a coroutine": "async def double(v): return 2 * v",
    "a generator": "def double(v): yield 2 * v",
    "lists in lists": "def double(v):\n    x = []\n    for _ in range(10**4): x = [x]\n"
    "    return x",
    "a list in itself": "def double(v):\n    x = []\n    x.append(x)\n    return x",
}  # fmt: skip
"""Wrong, or not readable: whatever a program does, it has to compute."""

OWN_WORK = {
    "imports the package": f"import hwcode\n{GOOD}",
    "imports a part": f"from hwcode.chapters.networks_from_scratch import layers\n{GOOD}",
    "imports it in the call": called("import hwcode.checking.sandbox"),
    "imports it in disguise": called("__import__('hw' + 'code')"),
    "imports it while defined": loaded("__import__('hw' + 'code')"),
}

HARMLESS = {
    "plain": GOOD,
    "silenced": "import warnings\nwarnings.filterwarnings('ignore')\n"
    f"np.seterr(all='ignore')\n{GOOD}",
    "prints": called("print(v)"),
    "a thread left behind": called(
        "import threading\nthreading.Thread(target=time.sleep, args=(99,)).start()"
    ),
    "a thread that spins": called(
        "import threading\ndef spin():\n    while True: pass\n"
        "threading.Thread(target=spin, daemon=True).start()"
    ),
    "something at the end": loaded("import atexit\natexit.register(lambda: time.sleep(99))"),
    "a callable object": EVIL.format("__call__", "return 2 * a[0]") + "double = Evil()",
    "a partial function": "from functools import partial\nimport operator\n"
    "double = partial(operator.mul, 2)",
    "its own files": called(
        "import tempfile\nwith tempfile.TemporaryFile() as f: f.write(b'x')"
    ),
    "without standard output": loaded("sys.stdout = None"),
    "a module named like ours": loaded("sys.modules['hwcode'] = sys"),
}  # fmt: skip

UNREADABLES = {
    "no program": "",
    "a comment": "# double",
    "another name": "def twice(v): return 2 * v",
    "a number of that name": "double = 2",
    "half a program": "def double(v):",
    "a null byte": "def double(v): return 2 * v\0",
    "brackets": "x = " + "(" * 5000 + ")" * 5000,
    "a name that is nowhere": "def double(v): return twice(v)",
    "a half character": "x = '\udcff'\ndef double(v): return 2 * v",
}

OUTSIDE = {
    "writes at home": "open(os.path.expanduser(HOME + '/mark'), 'w').write('x')",
    "writes beside": "open(FOLDER + '/mark', 'w').write('x')",
    "appends": "open(FOLDER + '/kept', 'a').write('x')",
    "removes": "os.remove(FOLDER + '/kept')",
    "renames": "os.rename(FOLDER + '/kept', FOLDER + '/mark')",
    "links": "os.symlink(FOLDER + '/kept', FOLDER + '/mark')",
    "truncates": "os.truncate(FOLDER + '/kept', 0)",
    "makes a folder": "os.mkdir(FOLDER + '/mark')",
    "changes rights": "os.chmod(FOLDER + '/kept', 0o777)",
    "changes times": "os.utime(FOLDER + '/kept', (0, 0))",
    "reads": "open(FOLDER + '/kept').read()",
    "lists": "os.listdir(FOLDER)",
    "reads the system's": "open('/etc/passwd').read()",
    "reads the package": "open(PACKAGE + '/checking/programs.py').read()",
    "writes into the package": "open(PACKAGE + '/mark', 'w')",
    "connects": "import socket; socket.create_connection(('127.0.0.1', 9), 1)",
    "sends": "import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM)",
    "speaks to a local socket": "import socket; socket.socket(socket.AF_UNIX)",
    "forks": "os.fork()",
    "forks twice": "if os.fork() == 0:\n    os.setsid()\n    os.fork()\n    time.sleep(99)",
    "starts a program": "import subprocess; subprocess.Popen(['sleep', '99'])",
    "becomes a program": "os.execv('/bin/sleep', ['sleep', '99'])",
    "a pool of processes": "import multiprocessing\nmultiprocessing.Pool(2)",
    "a session of its own": "os.setsid()",
    "ends its parent": "os.kill(os.getppid(), 15)",
    "ends its group": "os.killpg(os.getppid(), 15)",
    "limits its parent": "import resource\n"
    "resource.prlimit(os.getppid(), resource.RLIMIT_CPU, (1, 1))",
    "reads its parent": "open(f'/proc/{os.getppid()}/environ').read()",
}  # fmt: skip
"""What is closed to a program raises there, so it is wrong if it does not catch that."""
