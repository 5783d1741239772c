#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The manual as a site that needs no network: site.py CONTRACT.json FOLDER STYLE.css SEARCH.js DOCUMENT.md… EXAMPLE.c…

A page for each header, with its functions and types, one for the command, one for each document, and an index
that the search looks through. FOLDER is made anew.
"""

import html
import json
import pathlib
import re
import shutil
import sys

from markdown import to_html
from model import Note, entries, from_shell, load
from page import caller, calling, declared, read_examples, relatives, struct, types_of

PAGE = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="stylesheet" href="style.css">
</head>
<body>
<header>
<a href="index.html">osier</a>
<div class="search">
<input type="search" placeholder="Search (/)" aria-label="Search the manual" role="combobox" aria-expanded="false" aria-controls="found">
<ul id="found" role="listbox" aria-label="Found"></ul>
</div>
</header>
<main>
{body}</main>
<script src="index.js"></script>
<script src="search.js"></script>
</body>
</html>
"""


class Site:
    def __init__(self, contract, examples, documents):
        self.contract, self.examples = contract, examples
        topics = {header.topic for header in contract.headers}
        self.addresses = {path.name: path.stem.lower() + ("s" if path.stem.lower() in topics else "") + ".html" for path in documents}
        self.documents = {self.addresses[path.name]: path.read_text(encoding="utf-8") for path in documents}
        self.relatives = relatives(contract)
        self.places = {}  # of each name the address of what tells of it
        for header, entry in entries(contract, verbs=False):
            self.places[self.name(entry)] = f"{header.topic}.html#{self.name(entry).replace(' ', '-')}"

    # ---- Pieces

    def name(self, entry):
        is_struct = entry.kind != "function" and entry.declaration.startswith("struct ")
        return f"struct {entry.name}" if is_struct else entry.name

    def link(self, name, text):
        return f'<a href="{self.places[name]}">{text}</a>' if name in self.places else text

    def inline(self, text):
        """A text: what stands in backticks is code, and a function or a struct of osier a link."""
        parts = html.escape(text or "", quote=False).split("`")
        parts[1::2] = [f"<code>{part}</code>" for part in parts[1::2]]
        return re.sub(r"\b(struct )?os_\w+(\(\))?", lambda found: self.link(found[0].removesuffix("()"), found[0]), "".join(parts))

    def prose(self, text):
        """A text of a document: links to documents that are no part of the site stay text."""

        def link(found):
            target = self.addresses.get(found[2])
            return f'<a href="{target}">{found[1]}</a>' if target else found[1]

        return re.sub(r"\[([^][]+)\]\(([\w.-]+)\)", link, self.inline(text))

    def code(self, text):
        return f"<pre><code>{re.sub(r'(struct )?os_[a-z0-9_]+', lambda name: self.link(name[0], name[0]), html.escape(text, quote=False))}</code></pre>\n"

    def told(self, thing):
        text = f"<p>{self.inline(thing.brief)}</p>\n"
        for paragraph in filter(None, thing.description.split("\n\n")):
            example = paragraph.startswith("    ")
            text += self.code(re.sub(r"^    ", "", paragraph, flags=re.M)) if example else f"<p>{self.inline(paragraph)}</p>\n"
        return text

    def terms(self, notes):
        items = "".join(f"<dt>{html.escape(note.name)}</dt><dd>{self.inline(note.text)}</dd>\n" for note in notes if note.text)
        return f"<dl>\n{items}</dl>\n" if items else ""

    def titled(self, title, text):
        return f"<h3>{title}</h3>\n{text}" if text else ""

    # ---- Functions and types

    def prototype(self, entry):
        parameters = [declared(variable) for variable in entry.variables] + (["..."] if entry.variadic else [])
        space = "" if entry.type.endswith("*") else " "
        line = f"{entry.type}{space}{entry.name}({', '.join(parameters) or 'void'});"
        return line if len(line) < 90 else line.replace(", ", ",\n    ").replace("(", "(\n    ", 1)

    def function(self, header, entry):
        text = self.code(self.prototype(entry)) + self.told(entry) + self.terms(entry.params)
        text += f"<p><strong>Returns</strong> {self.inline(entry.returns)}.</p>\n" if entry.returns else ""
        text += self.titled("Errors", self.terms(entry.errors))
        structs = ", ".join(self.link(self.name(one), self.name(one)) for one in types_of(self.contract, entry))
        others = ", ".join(self.link(name, name) for name in self.relatives[entry.name])
        shell = caller(self.contract, entry)
        facts = [
            ("Python", ", ".join(f"<code>{html.escape(one)}</code>" for one in entry.pythons)),
            ("Shell", f'<a href="command.html#{shell.shell.name}">osier {shell.shell.name}</a>' if shell else ""),
            ("Types", structs),
            ("See also", others),
            ("After", html.escape(", ".join(entry.sources))),
            ("Since", entry.since),
        ]
        items = "".join(f"<dt>{name}</dt><dd>{value}</dd>\n" for name, value in facts if value)
        text += f'<dl class="facts">\n{items}</dl>\n'
        return text + self.titled("Example", "".join(map(self.code, calling(header, entry, self.examples))))

    def type(self, entry):
        if entry.kind == "struct" and entry.variables:
            return self.told(entry) + self.code(struct(entry)) + self.terms(entry.variables)
        if entry.kind == "enum":
            return self.told(entry) + self.terms(entry.variables)
        return self.told(entry) + self.code(entry.declaration)

    # ---- Pages

    def page(self, title, body):
        return PAGE.format(title=html.escape(title), body=body)

    def header_page(self, header):
        body = f"<h1>{header.topic}</h1>\n{self.told(header)}"
        functions = [one for one in header.entries if one.kind == "function"]
        items = "".join(f"<dt>{self.link(one.name, one.name)}</dt><dd>{self.inline(one.brief)}</dd>\n" for one in functions)
        body += f"<dl>\n{items}</dl>\n" if items else ""
        for one in header.entries:
            told = self.function(header, one) if one.kind == "function" else self.type(one)
            name = self.name(one)
            body += f'<section id="{name.replace(" ", "-")}">\n<h2>{name}</h2>\n{told}</section>\n'
        return self.page(f"{header.topic} – osier", body)

    def command_page(self):
        body = "<h1>The osier command</h1>\n"
        for header, one in entries(self.contract):
            if from_shell(one):
                words = "".join(self.word(argument) for argument in one.shell.arguments)
                terms = [Note(self.form(argument), argument.text) for argument in one.shell.arguments]
                body += f'<section id="{one.shell.name}">\n<h2>{one.shell.name}</h2>\n{self.told(one)}'
                body += f"{self.code(f'osier {one.shell.name}{words}')}{self.terms(terms)}</section>\n"
        return self.page("The osier command", body)

    def form(self, argument):
        if argument.kind == "POSITIONAL":
            return argument.name
        value = f"={argument.metavar}" if argument.kind == "VALUE_OPTION" else ""
        return f"{''.join(f'-{letter}, ' for letter in argument.letters)}--{argument.name}{value}"

    def word(self, argument):
        form = self.form(argument).split(", ")[-1] + ("..." if argument.many else "")
        return f" [{form}]" if argument.optional else f" {form}"

    def guides(self):
        """Of each document its address and its title."""
        return [(address, re.match(r"# (.*)", text)[1].replace("`", "")) for address, text in self.documents.items()]

    def index_page(self):
        guides = "".join(f'<li><a href="{address}">{html.escape(title)}</a></li>\n' for address, title in self.guides())
        topics = "".join(
            f'<dt><a href="{one.topic}.html">{one.topic}</a></dt><dd>{self.inline(one.brief)}</dd>\n'
            for one in self.contract.headers
            if not one.verbs
        )
        verbs = "".join(
            f'<dt><a href="command.html#{one.shell.name}">{one.shell.name}</a></dt><dd>{self.inline(one.brief)}</dd>\n'
            for _, one in entries(self.contract, verbs=True)
        )
        return self.page(
            "osier",
            "<h1>osier</h1>\n<p>Python's <code>os</code> module, natively in C.</p>\n"
            f"<ul>\n{guides}</ul>\n"
            f"<h2>The library</h2>\n<dl>\n{topics}</dl>\n"
            f'<h2>The <a href="command.html">command</a></h2>\n<dl>\n{verbs}</dl>\n',
        )

    def index(self):
        """What the search looks through: name, address, text, Python's names."""
        rows = [
            (self.name(one), self.places[self.name(one)], one.brief, " ".join(getattr(one, "pythons", [])))
            for _, one in entries(self.contract, verbs=False)
        ]
        rows += [
            (one.shell.name, f"command.html#{one.shell.name}", one.brief, "")
            for _, one in entries(self.contract, verbs=True)
        ]
        rows = [(name, address, text.replace("`", ""), pythons) for name, address, text, pythons in rows]
        rows += [(title, address, "", "") for address, title in self.guides()]
        return f"const INDEX = {json.dumps(rows, ensure_ascii=False)};\n"

    def pages(self):
        yield "index.html", self.index_page()
        yield "command.html", self.command_page()
        yield "index.js", self.index()
        for (address, title), text in zip(self.guides(), self.documents.values()):
            yield address, self.page(title, to_html(text, self.prose, self.code))
        for header in self.contract.headers:
            if not header.verbs:
                yield f"{header.topic}.html", self.header_page(header)


def main(source, target, style, search, *texts):
    folder = pathlib.Path(target)
    documents = [pathlib.Path(text) for text in texts if text.endswith(".md")]
    examples = read_examples(text for text in texts if text.endswith(".c"))
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    shutil.copyfile(style, folder / "style.css")
    shutil.copyfile(search, folder / "search.js")
    for name, text in Site(load(source), examples, documents).pages():
        (folder / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
