#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Completions for bash, zsh and fish: completions.py CONTRACT.json BASH ZSH FISH"""

import re
import sys

from model import entries, enum_words, find_enum, from_shell, load

BASH = """\
# bash completion for osier, made from the headers by tools/contract.
_osier() {
    local current=${COMP_WORDS[COMP_CWORD]} name= word options= values= place=0 before=
    for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
        if [[ $word == = || $before == = ]]; then :
        elif [[ $word != -* && -z $name ]]; then name=$word
        elif [[ $word != -* ]]; then place=$((place + 1)); fi
        before=$word
    done
    if [[ -z $name ]]; then
        compopt -o nosort 2>/dev/null
        mapfile -t COMPREPLY < <(compgen -W '--help --version --json --jsonl --null%(commands)s' -- "$current")
        return
    fi
    case $name in
%(options)s    esac
    # A value behind "=", which readline makes a word of its own where it breaks words there.
    local option= prefix=
    if [[ $current == --*=* ]]; then
        option=${current%%%%=*} prefix=$option= current=${current#*=}
    elif [[ $current == = ]]; then
        option=$before current=
    elif [[ $before == = ]]; then
        option=${COMP_WORDS[COMP_CWORD-2]}
    elif [[ $current != -* ]]; then
        option=$place
    fi
    case "$name $option" in
%(values)s    esac
    if [[ -n $values ]]; then
        mapfile -t COMPREPLY < <(
            case $values in
            @users) compgen -u -- "$current" ;;
            @groups) compgen -g -- "$current" ;;
            @signals) compgen -A signal -- "$current" ;;
            @processes) compgen -W "$(cd /proc && echo [0-9]*)" -- "$current" ;;
            @variables) compgen -e -- "$current" ;;
            @programs) compgen -c -- "$current" ;;
            @folders) compgen -d -- "$current" ;;
            *) compgen -W "$values" -- "$current" ;;
            esac)
        COMPREPLY=("${COMPREPLY[@]/#/$prefix}")
    elif [[ -n $prefix ]]; then
        mapfile -t COMPREPLY < <(compgen -f -P "$prefix" -- "$current")
    elif [[ $current == -* ]]; then
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
    local name word values option=
    integer place=0
    for word in ${words[2,CURRENT-1]}; do
        if [[ $word == -* ]]; then :
        elif [[ -z $name ]]; then name=$word
        else (( ++place )); fi
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
        else _describe -V command commands; fi
        return
    fi
    case $name in
%(options)s    esac
    if [[ $PREFIX == --*=* ]]; then
        option=${PREFIX%%%%=*}
        compset -P 1 '*='
    elif [[ $PREFIX != -* ]]; then
        option=$place
    fi
    case "$name $option" in
%(values)s    esac
    case $values in
        @users) _users ;;
        @groups) _groups ;;
        @signals) compadd -- SIG${^signals[2,-3]} ;;
        @processes) compadd -- /proc/<->(N:t) ;;
        @variables) compadd -- ${(k)parameters[(R)*export*]} ;;
        @programs) _command_names -e ;;
        @folders) _files -/ ;;
        ?*) compadd -- ${=values} ;;
        *) if [[ -z $option || $PREFIX == -* ]]; then _describe option options; else _files; fi ;;
    esac
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


#: What fish proposes for the values of each kind.
FISH_VALUES = {
    "@users": "(__fish_complete_users)",
    "@groups": "(__fish_complete_groups)",
    "@processes": "(__fish_complete_pids)",
    "@folders": "(__fish_complete_directories)",
    "@variables": "(set --names --export)",
}


def values(contract, entry, argument):
    """What an argument can be: words, a kind such as @users, or nothing where that is a file's name or anybody's guess."""
    variable = next((one for one in entry.variables if one.name == argument.variable), None)
    kind, text = variable.type if variable else "", " ".join((argument.text or "").split())
    metavar = argument.metavar or argument.name
    listed = re.search(r"\bone of ([^;]*)", text)
    enum = find_enum(contract, kind)
    if listed:
        return " ".join(re.findall(r"[\w-]+", re.sub(r"\([^)]*\)|\bor\b", "", listed[1])))
    if metavar == "NAMES":
        fields = next(one for one in entry.shell.arguments if one.name == "fields")  # lists them, for --sort too
        return " ".join(re.findall(r"[\w.]+", fields.text.rpartition(":")[2]))
    if enum:
        return " ".join(enum_words(enum)[0])
    constants = re.findall(r"\b[A-Z][A-Z0-9]*_[A-Z0-9_]*[A-Z0-9]\b", text)
    if constants and kind in ("int", "unsigned", "unsigned int", "uint32_t"):
        return " ".join(constants)
    kinds = {"uid_t": "@users", "gid_t": "@groups", "pid_t": "@processes", "bool": "True False"}
    names = {"USER": "@users", "SIG": "@signals", "KEY": "@variables", "CMD": "@programs", "ARGV": "@programs", "DIR": "@folders"}
    return kinds.get(kind) or names.get(metavar, "")


def places(entry):
    """What can be given a value, as "--type" or the number of a place from 0 on; "*" is all further ones."""
    positionals = [one for one in entry.shell.arguments if one.kind == "POSITIONAL"]
    for number, one in enumerate(positionals):
        yield f"{number}", one
        if one.many and one.name != "ARGV":
            yield "[0-9]*", one
    for one in options_of(entry):
        if one.kind == "VALUE_OPTION":
            yield f"--{one.name}", one


def value_cases(contract, commands):
    """The lines of a case of bash and zsh that set `values`."""
    cases = {}
    for entry in commands:
        for place, one in places(entry):
            found = values(contract, entry, one)
            if found:
                word = f"'{entry.shell.name} '{place}" if place.startswith("[") else f"'{entry.shell.name} {place}'"
                cases.setdefault(found, []).append(word)
    return "".join(f"    {' | '.join(words)}) values='{found}' ;;\n" for found, words in cases.items())


def verbs_first(contract):
    """The commands, as `osier --help` has them."""
    return [entry for verbs in (True, False) for _, entry in entries(contract, verbs=verbs) if from_shell(entry)]


def bash(contract, commands):
    options = ""
    for entry in commands:
        words = [f"--{one.name}{'=' if one.kind == 'VALUE_OPTION' else ''}" for one in options_of(entry)]
        options += f"    {entry.shell.name}) options='{' '.join(words)}' ;;\n" if words else ""
    names = "".join(f"\n            {entry.shell.name}" for entry in commands)
    return BASH % {"commands": names, "options": options, "values": value_cases(contract, commands)}


def described(name, text):
    """ "name:what it does" of zsh's _describe """
    return f"        {quoted(f'{name}:{text or str()}')}\n"


def zsh(contract, commands):
    options = ""
    for entry in commands:
        lines = "".join(described("--" + one.name, one.text) for one in options_of(entry))
        options += f"    {entry.shell.name}) options+=(\n{lines}    ) ;;\n" if lines else ""
    names = "".join(described(one.shell.name, one.brief) for one in commands)
    return ZSH % {"commands": names, "options": options, "values": value_cases(contract, commands)}


def fish(contract, commands):
    text = FISH
    for entry in commands:
        name = entry.shell.name
        text += f"complete -c osier -n 'not __osier_name >/dev/null' -a {name} -d {quoted(entry.brief)}\n"
        for one in options_of(entry):
            letters = "".join(f" -s {letter}" for letter in one.letters)
            value = " -r" if one.kind == "VALUE_OPTION" else ""
            found = values(contract, entry, one) if value else ""
            found = FISH_VALUES.get(found, "" if found.startswith("@") else found)
            value += f" -f -a {quoted(found)}" if found else ""
            text += f"complete -c osier -n '__osier_is {name}' -l {one.name}{letters}{value} -d {quoted(one.text)}\n"
    return text


def main(source, *targets):
    contract = load(source)
    commands = verbs_first(contract)
    for write, target in zip((bash, zsh, fish), targets):
        with open(target, "w", encoding="utf-8") as out:
            out.write(write(contract, commands))


if __name__ == "__main__":
    main(*sys.argv[1:])
