# SPDX-License-Identifier: MIT
"""The Markdown of docs/ as HTML: titles, paragraphs, lists, tables, code."""

import re


def rows(lines, inline):
    """A table: its head, a line of dashes, its rows."""
    cells = [[cell.strip().replace("\0", "|") for cell in re.sub(r"\\\|", "\0", line).strip("|").split("|")] for line in lines]
    head = "".join(f"<th>{inline(cell)}</th>" for cell in cells[0])
    body = "".join(f"<tr>{''.join(f'<td>{inline(cell)}</td>' for cell in row)}</tr>\n" for row in cells[2:])
    return f"<table>\n<tr>{head}</tr>\n{body}</table>\n"


def block(text, inline):
    lines = text.split("\n")
    title = re.match(r"(#+) (.*)", text)
    if title:
        level = len(title[1])
        return f"<h{level}>{inline(title[2])}</h{level}>\n"
    if text.startswith("|"):
        return rows(lines, inline)
    if text.startswith("- "):
        items = re.split(r"^- ", text, flags=re.M)[1:]
        return "<ul>\n" + "".join(f"<li>{inline(item.strip())}</li>\n" for item in items) + "</ul>\n"
    return f"<p>{inline(text)}</p>\n"


def plain(text, inline, code):
    """What stands between fences of code: a paragraph that is indented is code, too."""
    html, lines = "", []
    for one in [*re.split(r"\n\n+", text.strip("\n")), ""]:
        if one.startswith("    "):
            lines.append(re.sub(r"^    ", "", one, flags=re.M))
            continue
        if lines:
            html += code("\n\n".join(lines))
            lines = []
        html += block(one, inline) if one else ""
    return html


def to_html(text, inline, code):
    """A document, its texts through `inline` and its code through `code`."""
    html = ""
    for number, part in enumerate(re.split(r"^```\w*\n(.*?)^```$", text, flags=re.M | re.S)):
        html += code(part.rstrip("\n")) if number % 2 else plain(part, inline, code)
    return html
