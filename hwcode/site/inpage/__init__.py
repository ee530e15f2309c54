"""The answer boxes of the pages: a reader's answer is checked in the page by this very package.

Nothing is reimplemented: Python itself, SymPy and :mod:`hwcode.checking` run in a worker of the
page (WebAssembly). :mod:`.bundle` makes the files for it, :mod:`.boxes` the forms, :mod:`.desk` is
what answers there, :mod:`.policy` says what a page may load.
"""
