/* SPDX-License-Identifier: MIT */
/** Completions for bash, zsh and fish. */
#include "contract.h"

#include <string.h>

/* A text between single quotes, as all three shells read it. */
static void write_quoted(FILE *out, const char *text) {
    fputc('\'', out);
    for (; text && *text; text++) {
        if (*text == '\'')
            fputs("’", out);
        else
            fputc(*text, out);
    }
    fputc('\'', out);
}

#define EACH_COMMAND(header, entry, contract)                                                      \
    EACH(header, (contract)->headers)                                                              \
    EACH(entry, (header)->entries)                                                                 \
    if (entry->shell.kind == SHELL_CALL)

static void write_bash(FILE *out, const struct contract *contract) {
    fputs("# bash completion for osier, made from the headers by tools/contract.\n_osier() {\n"
          "    local current=${COMP_WORDS[COMP_CWORD]} name= word options=\n"
          "    for word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
          "        [[ $word == -* ]] || { name=$word; break; }\n    done\n"
          "    if [[ -z $name ]]; then\n        mapfile -t COMPREPLY < <(compgen -W '--help "
          "--version --json --null",
          out);
    EACH_COMMAND(header, entry, contract)
    fprintf(out, "\n            %s", entry->shell.name);
    fputs("' -- \"$current\")\n        return\n    fi\n    case $name in\n", out);
    EACH_COMMAND(header, entry, contract) {
        bool any = false;
        EACH(argument, entry->shell.arguments) {
            if (argument->kind == POSITIONAL)
                continue;
            if (!any)
                fprintf(out, "    %s) options='", entry->shell.name);
            fprintf(out, "%s--%s%s", any ? " " : "", argument->name,
                    argument->kind == VALUE_OPTION ? "=" : "");
            any = true;
        }
        if (any)
            fputs("' ;;\n", out);
    }
    fputs("    esac\n    if [[ $current == -* ]]; then\n"
          "        mapfile -t COMPREPLY < <(compgen -W \"$options --json --null --help\" -- "
          "\"$current\")\n"
          "        [[ ${COMPREPLY[0]} == *= ]] && compopt -o nospace 2>/dev/null\n    else\n"
          "        compopt -o filenames 2>/dev/null\n"
          "        mapfile -t COMPREPLY < <(compgen -f -- \"$current\")\n    fi\n}\n"
          "complete -F _osier osier\n",
          out);
}

/* "name:what it does" of zsh's _describe, where a colon has to be escaped. */
static void write_described(FILE *out, const char *name, const char *text) {
    fputs("        ", out);
    write_quoted(out, format("%s:%s", name, text ? text : ""));
    fputc('\n', out);
}

static void write_zsh(FILE *out, const struct contract *contract) {
    fputs("#compdef osier\n# zsh completion for osier, made from the headers by tools/contract.\n"
          "_osier() {\n    local -a commands options\n    local name word\n"
          "    for word in ${words[2,CURRENT-1]}; do\n"
          "        [[ $word == -* ]] || { name=$word; break }\n    done\n"
          "    options=(\n",
          out);
    write_described(out, "--json", "print JSON");
    write_described(out, "--null", "end each value with a NUL");
    write_described(out, "--help", "say what it does");
    fputs("    )\n    if [[ -z $name ]]; then\n        commands=(\n", out);
    EACH_COMMAND(header, entry, contract)
    write_described(out, entry->shell.name, entry->brief);
    fputs(
        "        )\n        options+=('--version:print the version')\n"
        "        if [[ $PREFIX == -* ]]; then _describe option options\n"
        "        else _describe command commands; fi\n        return\n    fi\n    case $name in\n",
        out);
    EACH_COMMAND(header, entry, contract) {
        bool any = false;
        EACH(argument, entry->shell.arguments) {
            if (argument->kind == POSITIONAL)
                continue;
            if (!any)
                fprintf(out, "    %s) options+=(\n", entry->shell.name);
            write_described(out, format("--%s", argument->name), argument->text);
            any = true;
        }
        if (any)
            fputs("    ) ;;\n", out);
    }
    fputs(
        "    esac\n    if [[ $PREFIX == -* ]]; then _describe option options; else _files; fi\n}\n"
        "_osier \"$@\"\n",
        out);
}

static void write_fish(FILE *out, const struct contract *contract) {
    fputs("# fish completion for osier, made from the headers by tools/contract.\n"
          "function __osier_name\n    for word in (commandline -opc)[2..-1]\n"
          "        string match -q -- '-*' $word; or begin; echo $word; return; end\n    end\n"
          "    return 1\nend\n"
          "function __osier_is\n    test (__osier_name; or echo none) = $argv[1]\nend\n"
          "complete -c osier -n 'not __osier_name >/dev/null' -f\n"
          "complete -c osier -l json -d 'print JSON'\n"
          "complete -c osier -s 0 -l null -d 'end each value with a NUL'\n"
          "complete -c osier -s h -l help -d 'say what it does'\n"
          "complete -c osier -n 'not __osier_name >/dev/null' -l version -d 'print the version'\n",
          out);
    EACH_COMMAND(header, entry, contract) {
        fprintf(out, "complete -c osier -n 'not __osier_name >/dev/null' -a %s -d ",
                entry->shell.name);
        write_quoted(out, entry->brief);
        fputc('\n', out);
        EACH(argument, entry->shell.arguments) {
            if (argument->kind == POSITIONAL)
                continue;
            fprintf(out, "complete -c osier -n '__osier_is %s' -l %s%s%s -d ", entry->shell.name,
                    argument->name, argument->letter ? format(" -s %c", argument->letter) : "",
                    argument->kind == VALUE_OPTION ? " -r" : "");
            write_quoted(out, argument->text);
            fputc('\n', out);
        }
    }
}

void write_completions(struct contract *contract, const char *folder) {
    FILE *out = create(folder, "osier");
    write_bash(out, contract);
    finish(out);
    out = create(folder, "_osier");
    write_zsh(out, contract);
    finish(out);
    out = create(folder, "osier.fish");
    write_fish(out, contract);
    finish(out);
}
