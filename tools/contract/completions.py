#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Completions for bash, zsh and fish: completions.py CONTRACT.json BASH ZSH FISH"""

import re
import sys

from calls import planned
from model import entries, enum_words, find_call, find_enum, from_shell, load

BASH = """\
# bash completion for osier, made from the headers by tools/contract.
# The lines that begin with a word; compgen -W would run what they hold.
__osier_matching() {
    local line
    while IFS= read -r line; do
        [[ $line != "$1"* ]] || printf '%%q\\n' "$line"
    done
}
# The settings of a kind, or the keys of a file.
__osier_names() {
    case $2 in
    */*) "$1" get "$2" | sed 's/ = .*//' ;;
    timezone) sed -n 's/^[^#\\t]*\\t[^\\t]*\\t\\([^\\t]*\\).*/\\1/p' /usr/share/zoneinfo/zone.tab ;;
    *) "$1" get "$2" --fields=name --no-header ;;
    esac 2>/dev/null
}
_osier() {
    local current=${COMP_WORDS[COMP_CWORD]} name= noun= word options= values= place=0 before= list=
    local commands='%(commands)s'
    for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
        if [[ $word == = || $before == = ]]; then :
        elif [[ $word != -* && -z $name ]]; then name=$word
        elif [[ $name == plan && $word == os.* ]]; then name=$word noun= place=0 # behind ";" bash completes another command
        elif [[ $word != -* ]]; then noun=${noun:-$word} place=$((place + 1)); fi
        before=$word
    done
    if [[ -z $name ]]; then
        compopt -o nosort 2>/dev/null
        mapfile -t COMPREPLY < <(compgen -W "--help --version --json --jsonl --null $commands" -- "$current")
        return
    fi
    case $name in
%(verbs)s) [[ -n $noun && $noun != */* ]] && name="$name $noun" place=$((place - 1)) ;;
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
    'help '[0-9]*) values=@commands ;;
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
            @targets)
                [[ $current != [0-9]* ]] || compgen -W "$(cd /proc && echo [0-9]*)" -- "$current"
                cat /proc/[0-9]*/comm 2>/dev/null | sort -u | __osier_matching "$current"
                ;;
            @names | @assignments) __osier_names "${COMP_WORDS[0]}" "${noun:-sysctl}" | __osier_matching "$current" ;;
            @transactions) "${COMP_WORDS[0]}" log 2>/dev/null | sed 's/^ *//; s/ .*//' | __osier_matching "$current" ;;
            @steps) compgen -W '%(steps)s' -- "$current"; compgen -f -- "$current" ;;
            @commands)
                [[ $current != os_* ]] || commands=${commands//./_}
                compgen -W "$commands" -- "$current"
                ;;
            @variables) compgen -e -- "$current" ;;
            @programs) compgen -c -- "$current" ;;
            @folders) compgen -d -- "$current" ;;
            @none) ;;
            *)
                compgen -W "$values" -- "$current"
                [[ $current != */* ]] || compgen -f -- "$current"
                ;;
            esac)
        [[ $values != @assignments || $noun == timezone || ${COMP_WORDS[*]} == *--unset* ]] || { COMPREPLY=("${COMPREPLY[@]/%%/=}") && compopt -o nospace 2>/dev/null; }
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
# The settings of a kind, or the keys of a file.
__osier_names() {
    case $2 in
    */*) $1 get $2 | sed 's/ = .*//' ;;
    timezone) sed -n 's/^[^#\\t]*\\t[^\\t]*\\t\\([^\\t]*\\).*/\\1/p' /usr/share/zoneinfo/zone.tab ;;
    *) $1 get $2 --fields=name --no-header ;;
    esac 2>/dev/null
}
_osier() {
    local -a commands options steps names
    local name noun word values option= planned=
    integer place=0
    for word in ${words[2,CURRENT-1]}; do
        if [[ $word == -* ]]; then :
        elif [[ -z $name ]]; then name=$word
        elif [[ $name == plan && $word == os.* ]]; then name=$word noun= planned=1; place=0
        elif [[ -n $planned && $word == *\\;* ]]; then name=plan noun=; place=0
        else noun=${noun:-$word}; (( ++place )); fi
    done
    options=(
        '--json:print JSON'
        '--jsonl:print JSON, an item of a list a line'
        '--null:end each value with a NUL'
        '--help:say what it does'
    )
    commands=(
%(commands)s    )
    if [[ -z $name ]]; then
        options+=('--version:print the version')
        if [[ $PREFIX == -* ]]; then _describe option options
        else _describe -V command commands; fi
        return
    fi
    case $name in
%(verbs)s) [[ -n $noun && $noun != */* ]] && name="$name $noun" && (( --place )) ;;
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
    'help '[0-9]*) values=@commands ;;
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
        @targets)
            [[ $PREFIX != <->* ]] || compadd -- /proc/<->(N:t)
            compadd -- ${(uf)"$(cat /proc/<->/comm(N) 2>/dev/null)"}
            ;;
        @names) compadd -- ${(f)"$(__osier_names $words[1] ${noun:-sysctl})"} ;;
        @assignments)
            if (( ${words[(I)--unset]} )); then compadd -- ${(f)"$(__osier_names $words[1] $noun)"}
            elif [[ $noun == timezone ]]; then compadd -- ${(f)"$(__osier_names $words[1] $noun)"}
            else compadd -S = -- ${(f)"$(__osier_names $words[1] $noun)"}; fi
            ;;
        @transactions)
            names=(${(f)"$($words[1] log 2>/dev/null | sed 's/^ *//; s/  */:/')"})
            _describe -V transaction names
            ;;
        @steps)
            steps=(%(steps)s)
            compadd -- $steps
            _files
            ;;
        @commands) compadd -- ${commands%%%%:*} ${${commands%%%%:*}//./_} ;;
        @none) ;;
        @variables) compadd -- ${(k)parameters[(R)*export*]} ;;
        @programs) _command_names -e ;;
        @folders) _files -/ ;;
        ?*)
            compadd -- ${=values}
            [[ $PREFIX != */* ]] || _files
            ;;
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
        if test "$words[1]" = plan; and test "$word" = ';'
            set words plan
        else if not string match -q -- '-*' $word
            set -a words $word
        end
    end
    test "$words[1]" = plan; and string match -q -- 'os.*' $words[2]; and set -e words[1]
    contains -- "$words[1]" %(verbs)s; and set -q words[2]; and not string match -q -- '*/*' $words[2]; and set words "$words[1..2]" $words[3..-1]
    set -q words[1]; and printf '%%s\\n' $words
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
# Whether it is a further one.
function __osier_behind
    set -l words (__osier_words)
    test "$words[1]" = $argv[1]; and test (count $words) -gt 1
end
function __osier_list
    set -l before (commandline -ct | string replace -r -- '^--[^=]*=' '' | string replace -r -- '[^,-]*$' '')
    printf '%%s\\n' $before$argv
end
# The settings of a kind, or the keys of a file, each followed by what is given.
function __osier_names
    set -l command (commandline -opc)[1]
    set -l words (__osier_words) sysctl
    set -l what $words[2]
    string match -q -- 'get sysctl' $words[1]; and set what sysctl
    switch $what
        case '*/*'
            $command get $what 2>/dev/null | string replace -r ' = .*' $argv[1]
        case timezone
            string match -rg '^[^#\\t]*\\t[^\\t]*\\t([^\\t]*)' </usr/share/zoneinfo/zone.tab
        case '*'
            $command get $what --fields=name --no-header 2>/dev/null | string replace -r '$' $argv[1]
    end
end
function __osier_assignments
    contains -- --unset (commandline -opc); and __osier_names ''; or __osier_names =
end
function __osier_targets
    cat /proc/*/comm 2>/dev/null | sort -u
    string match -rq '^[0-9]' -- (commandline -ct); and __fish_complete_pids
end
function __osier_signals
    printf 'SIG%%s\\n' (string split ' ' (kill -l))
end
function __osier_transactions
    set -l command (commandline -opc)[1]
    $command log 2>/dev/null | string trim | string replace -r ' +' \\t
end
function __osier_steps
    printf '%%s\\n' %(steps)s
end
function __osier_commands
    printf '%%s\\n' $__osier_all (string replace -a . _ $__osier_all)
end
# Who types a slash means a path, whatever else could stand there.
complete -c osier -n "string match -q '*/*' -- (commandline -ct)" -F
set -g __osier_all %(commands)s
complete -c osier -n '__osier_is help' -f -a '(__osier_commands)'
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
    "@signals": "(__osier_signals)",
    "@targets": "(__osier_targets)",
    "@names": "(__osier_names \"\")",
    "@assignments": "(__osier_assignments)",
    "@transactions": "(__osier_transactions)",
    "@steps": "(__osier_steps)",
    "@none": "()",
}

#: What a word or an option of such a name is, where its type doesn't tell.
NAMES = {
    "USER": "@users", "SIG": "@signals", "SIGNAL": "@signals", "KEY": "@variables", "CMD": "@programs", "ARGV": "@programs", "DIR": "@folders",
    "WHOM": "@targets", "ID": "@transactions", "IDS": "@transactions", "CALLS": "@steps", "PID": "@processes",
    # Numbers and texts, of which no file is one.
    **dict.fromkeys(("N", "EXPRESSION", "SECONDS", "TIME", "PORT", "FACTOR", "SETTING", "LIMIT", "HEX", "NAME=VALUE", "TEXT", "NUMBER", "MODE",
                     "THREADS", "TIMEOUT"), "@none"),
}  # fmt: skip

#: … and of these verbs and calls.
NAMES_OF = {("get", "WORDS"): "@names", ("set", "WORDS"): "@assignments", ("os.settings", "PATTERN"): "@names"}


def model_of(contract, entry):
    """The verb whose words another one takes: get of `watch`."""
    texts = [one.text or "" for one in entry.shell.arguments if one.kind == "POSITIONAL"]
    like = re.match(r"what `osier (\w+)` takes", texts[0] if texts else "")
    return like and find_call(contract, like[1])


def nouns_of(contract, entry):
    return (model_of(contract, entry) or entry).nouns


def values(contract, entry, argument):
    """What an argument can be: words, a kind such as @users, or nothing where that is a file's name or anybody's guess."""
    variable = next((one for one in entry.variables if one.name == argument.variable), None)
    kind, text = variable.type if variable else "", " ".join((argument.text or "").split())
    metavar = argument.metavar or argument.name
    listed = re.search(r"\bone of ([^;]*)", text)
    enum = find_enum(contract, kind)
    other = model_of(contract, entry)
    if other and argument.kind == "POSITIONAL":
        return values(contract, other, next(one for one in other.shell.arguments if one.name == argument.name))
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
    return kinds.get(kind) or NAMES_OF.get((entry.shell.name, metavar)) or NAMES.get(metavar, "")


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
        for noun in nouns_of(contract, entry):
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
        if not any(one.kind == "POSITIONAL" for one in entry.shell.arguments[taken:]):
            cases.setdefault("@none", []).append(f"'{name} '[0-9]*")
    return "".join(f"    {' | '.join(words)}) values='{found}' ;;\n" for found, words in cases.items())


def with_nouns(contract, commands):
    return [entry.shell.name for entry in commands if nouns_of(contract, entry)]


def steps(contract, commands):
    """The calls that can be planned."""
    return [entry.shell.name for entry in commands if planned(contract, entry)]


def verbs_first(contract):
    """The commands, as `osier --help` has them."""
    return [entry for verbs in (True, False) for _, entry in entries(contract, verbs=verbs) if from_shell(entry)]


def bash(contract, commands):
    options = ""
    for name, entry, _ in called(contract, commands):
        words = [f"--{one.name}{'=' if one.kind == 'VALUE_OPTION' else ''}" for one in options_of(entry)]
        options += f"    '{name}') options='{' '.join(words)}' ;;\n" if words else ""
    planned_steps = " ".join(steps(contract, commands))
    verbs = "    " + " | ".join(with_nouns(contract, commands))
    names = "".join(f"\n            {entry.shell.name}" for entry in commands)
    return BASH % {"verbs": verbs, "commands": names, "options": options, "values": value_cases(contract, commands), "steps": planned_steps}


def described(name, text):
    """ "name:what it does" of zsh's _describe """
    return f"        {quoted(f'{name}:{text or str()}')}\n"


def zsh(contract, commands):
    options = ""
    for name, entry, _ in called(contract, commands):
        lines = "".join(described("--" + one.name, one.text) for one in options_of(entry))
        options += f"    '{name}') options+=(\n{lines}    ) ;;\n" if lines else ""
    names = "".join(described(one.shell.name, one.brief) for one in commands)
    planned_steps = " ".join(steps(contract, commands))
    verbs = "    " + " | ".join(with_nouns(contract, commands))
    return ZSH % {"verbs": verbs, "commands": names, "options": options, "values": value_cases(contract, commands), "steps": planned_steps}


def fish_values(found):
    if found.startswith("@list "):
        return f"(__osier_list {found.removeprefix('@list ')})"
    return FISH_VALUES.get(found, "" if found.startswith("@") else found)


def fish_places(contract, name, entry, taken):
    text = ""
    for place, one in places(entry, taken):
        found = fish_values(values(contract, entry, one))
        where = f"at \"{name}\" {place}" if place.isdigit() else f"behind \"{name}\""
        if found and not place.startswith("--"):
            text += f"complete -c osier -n '__osier_{where}' {'' if 'steps' in found else '-f '}-a {quoted(found)}\n"
    if not any(one.kind == "POSITIONAL" for one in entry.shell.arguments[taken:]):
        text += f"complete -c osier -n '__osier_is \"{name}\"' -f\n"
    return text


def fish(contract, commands):
    text = FISH % {"verbs": " ".join(with_nouns(contract, commands)), "steps": " ".join(steps(contract, commands)),
                   "commands": " ".join(entry.shell.name for entry in commands)}  # fmt: skip
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
