#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Completions for bash, zsh and fish: completions.py CONTRACT.json BASH ZSH FISH"""

import re
import sys

from model import entries, enum_words, find_call, find_enum, from_shell, load

BASH = """\
# bash completion for osier, made from the headers by tools/contract.
_osier() {
    local current=${COMP_WORDS[COMP_CWORD]} name= noun= word options= values= place=0 before= list=
    for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
        if [[ $word == = || $before == = ]]; then :
        elif [[ $word != -* && -z $name ]]; then name=$word
        elif [[ $word != -* ]]; then noun=${noun:-$word} place=$((place + 1)); fi
        before=$word
    done
    if [[ -z $name ]]; then
        compopt -o nosort 2>/dev/null
        mapfile -t COMPREPLY < <(compgen -W '--help --version --json --jsonl --null%(commands)s' -- "$current")
        return
    fi
    case $name in
%(verbs)s) [[ -n $noun ]] && name="$name $noun" place=$((place - 1)) ;;
    esac
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
            @list*)
                [[ $current == *,* ]] && list=${current%%,*}, current=${current##*,}
                [[ $current == -* ]] && list=$list- current=${current#-}
                compgen -P "$list" -W "${values#@list}" -- "$current"
                ;;
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
    local name noun word values option=
    integer place=0
    for word in ${words[2,CURRENT-1]}; do
        if [[ $word == -* ]]; then :
        elif [[ -z $name ]]; then name=$word
        else noun=${noun:-$word}; (( ++place )); fi
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
%(verbs)s) [[ -n $noun ]] && name="$name $noun" && (( --place )) ;;
    esac
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
        @list*)
            compset -P '*,'
            compset -P -
            compadd -- ${=values#@list}
            ;;
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
# The words without options, the name first; a verb and its noun are one.
function __osier_words
    set -l words
    for word in (commandline -opc)[2..-1]
        string match -q -- '-*' $word; or set -a words $word
    end
    contains -- "$words[1]" %(verbs)s; and set -q words[2]; and set words "$words[1..2]" $words[3..-1]
    set -q words[1]; and printf '%%s\n' $words
end
function __osier_name
    set -l words (__osier_words)
    set -q words[1]
end
function __osier_is
    set -l words (__osier_words)
    test "$words[1]" = $argv[1]
end
# Whether the next word without "-" is the one at that place, behind that name.
function __osier_at
    set -l words (__osier_words)
    test "$words[1]" = $argv[1]; and test (count $words) = (math $argv[2] + 1)
end
function __osier_list
    set -l before (commandline -ct | string replace -r -- '^--[^=]*=' '' | string replace -r -- '[^,-]*$' '')
    printf '%%s\n' $before$argv
end
complete -c osier -n 'not __osier_name' -f
complete -c osier -l json -d 'print JSON'
complete -c osier -l jsonl -d 'print JSON, an item of a list a line'
complete -c osier -s 0 -l null -d 'end each value with a NUL'
complete -c osier -s h -d 'print how it is called'
complete -c osier -l help -d 'say what it does'
complete -c osier -n 'not __osier_name' -l version -d 'print the version'
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
        return "@list " + " ".join(re.findall(r"[\w.]+", fields.text.rpartition(":")[2]))
    if enum:
        return " ".join(enum_words(enum)[0])
    constants = re.findall(r"\b[A-Z][A-Z0-9]*_[A-Z0-9_]*[A-Z0-9]\b", text)
    if constants and kind in ("int", "unsigned", "unsigned int", "uint32_t"):
        return " ".join(constants)
    kinds = {"uid_t": "@users", "gid_t": "@groups", "pid_t": "@processes", "bool": "True False"}
    names = {"USER": "@users", "SIG": "@signals", "KEY": "@variables", "CMD": "@programs", "ARGV": "@programs", "DIR": "@folders"}
    return kinds.get(kind) or names.get(metavar, "")


def places(entry, taken=0):
    """What can be given a value, as "--type" or the number of a place from 0 on, behind those that are taken; "*" is all
    further ones."""
    positionals = [one for one in entry.shell.arguments if one.kind == "POSITIONAL"][taken:]
    for number, one in enumerate(positionals):
        yield f"{number}", one
        if one.many and one.name != "ARGV":
            yield "[0-9]*", one
    for one in options_of(entry):
        if one.kind == "VALUE_OPTION":
            yield f"--{one.name}", one


def called(contract, commands):
    """What each command can be called by, with how many of its places are taken: of a verb with nouns those, too, as
    "get procs"."""
    for entry in commands:
        yield entry.shell.name, entry, 0
        for noun in entry.nouns:
            name, function, *word = noun.split()
            yield f"{entry.shell.name} {name}", find_call(contract, function), sum(one[0] != "-" for one in word)


def value_cases(contract, commands):
    """The lines of a case of bash and zsh that set `values`."""
    cases = {}
    for name, entry, taken in called(contract, commands):
        for place, one in places(entry, taken):
            found = values(contract, entry, one)
            if found:
                word = f"'{name} '{place}" if place.startswith("[") else f"'{name} {place}'"
                cases.setdefault(found, []).append(word)
    return "".join(f"    {' | '.join(words)}) values='{found}' ;;\n" for found, words in cases.items())


def with_nouns(commands):
    return [entry.shell.name for entry in commands if entry.nouns]


def verbs_first(contract):
    """The commands, as `osier --help` has them."""
    return [entry for verbs in (True, False) for _, entry in entries(contract, verbs=verbs) if from_shell(entry)]


def bash(contract, commands):
    options = ""
    for name, entry, _ in called(contract, commands):
        words = [f"--{one.name}{'=' if one.kind == 'VALUE_OPTION' else ''}" for one in options_of(entry)]
        options += f"    '{name}') options='{' '.join(words)}' ;;\n" if words else ""
    verbs = "    " + " | ".join(with_nouns(commands))
    names = "".join(f"\n            {entry.shell.name}" for entry in commands)
    return BASH % {"verbs": verbs, "commands": names, "options": options, "values": value_cases(contract, commands)}


def described(name, text):
    """ "name:what it does" of zsh's _describe """
    return f"        {quoted(f'{name}:{text or str()}')}\n"


def zsh(contract, commands):
    options = ""
    for name, entry, _ in called(contract, commands):
        lines = "".join(described("--" + one.name, one.text) for one in options_of(entry))
        options += f"    '{name}') options+=(\n{lines}    ) ;;\n" if lines else ""
    names = "".join(described(one.shell.name, one.brief) for one in commands)
    verbs = "    " + " | ".join(with_nouns(commands))
    return ZSH % {"verbs": verbs, "commands": names, "options": options, "values": value_cases(contract, commands)}


def fish_values(found):
    if found.startswith("@list "):
        return f"(__osier_list {found.removeprefix('@list ')})"
    return FISH_VALUES.get(found, "" if found.startswith("@") else found)


def fish_places(contract, name, entry, taken):
    text = ""
    for place, one in places(entry, taken):
        found = fish_values(values(contract, entry, one)) if place.isdigit() else ""
        text += f"complete -c osier -n '__osier_at \"{name}\" {place}' -f -a {quoted(found)}\n" if found else ""
    return text


def fish(contract, commands):
    text = FISH % {"verbs": " ".join(with_nouns(commands))}
    for entry in commands:
        text += f"complete -c osier -n 'not __osier_name' -a {entry.shell.name} -d {quoted(entry.brief)}\n"
    for name, entry, taken in called(contract, commands):
        text += fish_places(contract, name, entry, taken)
        for one in options_of(entry):
            letters = "".join(f" -s {letter}" for letter in one.letters)
            value = " -r" if one.kind == "VALUE_OPTION" else ""
            found = fish_values(values(contract, entry, one)) if value else ""
            value += f" -f -a {quoted(found)}" if found else ""
            text += f"complete -c osier -n '__osier_is \"{name}\"' -l {one.name}{letters}{value} -d {quoted(one.text)}\n"
    return text


def main(source, *targets):
    contract = load(source)
    commands = verbs_first(contract)
    for write, target in zip((bash, zsh, fish), targets):
        with open(target, "w", encoding="utf-8") as out:
            out.write(write(contract, commands))


if __name__ == "__main__":
    main(*sys.argv[1:])
