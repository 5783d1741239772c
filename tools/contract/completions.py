#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Completions for bash, zsh and fish: completions.py CONTRACT.json BASH ZSH FISH"""

import sys

from model import entries, from_shell, load

BASH = """\
# bash completion for osier, made from the headers by tools/contract.
_osier() {
    local current=${COMP_WORDS[COMP_CWORD]} name= word options=
    for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
        [[ $word == -* ]] || { name=$word; break; }
    done
    if [[ -z $name ]]; then
        mapfile -t COMPREPLY < <(compgen -W '--help --version --json --jsonl --null%(commands)s' -- "$current")
        return
    fi
    case $name in
%(options)s    esac
    if [[ $current == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$options --json --jsonl --null --help" -- "$current")
        [[ ${COMPREPLY[0]} == *= ]] && compopt -o nospace 2>/dev/null
    else
        compopt -o filenames 2>/dev/null
        mapfile -t COMPREPLY < <(compgen -f -- "$current")
    fi
}
complete -F _osier osier
"""

ZSH = """\
#compdef osier
# zsh completion for osier, made from the headers by tools/contract.
_osier() {
    local -a commands options
    local name word
    for word in ${words[2,CURRENT-1]}; do
        [[ $word == -* ]] || { name=$word; break }
    done
    options=(
        '--json:print JSON'
        '--jsonl:print JSON, an item of a list a line'
        '--null:end each value with a NUL'
        '--help:say what it does'
    )
    if [[ -z $name ]]; then
        commands=(
%(commands)s        )
        options+=('--version:print the version')
        if [[ $PREFIX == -* ]]; then _describe option options
        else _describe command commands; fi
        return
    fi
    case $name in
%(options)s    esac
    if [[ $PREFIX == -* ]]; then _describe option options; else _files; fi
}
_osier "$@"
"""

FISH = """\
# fish completion for osier, made from the headers by tools/contract.
function __osier_name
    for word in (commandline -opc)[2..-1]
        string match -q -- '-*' $word; or begin; echo $word; return; end
    end
    return 1
end
function __osier_is
    test (__osier_name; or echo none) = $argv[1]
end
complete -c osier -n 'not __osier_name >/dev/null' -f
complete -c osier -l json -d 'print JSON'
complete -c osier -l jsonl -d 'print JSON, an item of a list a line'
complete -c osier -s 0 -l null -d 'end each value with a NUL'
complete -c osier -s h -l help -d 'say what it does'
complete -c osier -n 'not __osier_name >/dev/null' -l version -d 'print the version'
"""


def quoted(text):
    """Between single quotes, as all three shells read it."""
    return "'" + (text or "").replace("'", "’") + "'"


def options_of(entry):
    return [one for one in entry.shell.arguments if one.kind != "POSITIONAL"]


def bash(commands):
    options = ""
    for entry in commands:
        words = [f"--{one.name}{'=' if one.kind == 'VALUE_OPTION' else ''}" for one in options_of(entry)]
        options += f"    {entry.shell.name}) options='{' '.join(words)}' ;;\n" if words else ""
    names = "".join(f"\n            {entry.shell.name}" for entry in commands)
    return BASH % {"commands": names, "options": options}


def described(name, text):
    """ "name:what it does" of zsh's _describe """
    return f"        {quoted(f'{name}:{text or str()}')}\n"


def zsh(commands):
    options = ""
    for entry in commands:
        lines = "".join(described("--" + one.name, one.text) for one in options_of(entry))
        options += f"    {entry.shell.name}) options+=(\n{lines}    ) ;;\n" if lines else ""
    return ZSH % {"commands": "".join(described(one.shell.name, one.brief) for one in commands), "options": options}


def fish(commands):
    text = FISH
    for entry in commands:
        name = entry.shell.name
        text += f"complete -c osier -n 'not __osier_name >/dev/null' -a {name} -d {quoted(entry.brief)}\n"
        for one in options_of(entry):
            letters = "".join(f" -s {letter}" for letter in one.letters)
            value = " -r" if one.kind == "VALUE_OPTION" else ""
            text += f"complete -c osier -n '__osier_is {name}' -l {one.name}{letters}{value} -d {quoted(one.text)}\n"
    return text


def main(source, *targets):
    commands = [entry for _, entry in entries(load(source)) if from_shell(entry)]
    for write, target in zip((bash, zsh, fish), targets):
        with open(target, "w", encoding="utf-8") as out:
            out.write(write(commands))


if __name__ == "__main__":
    main(*sys.argv[1:])
