/* SPDX-License-Identifier: MIT */
/** Help about what is no call: how a state is written, with one that can be applied. */
#include "frame/help.h"

#include "state_example.h"

#include <stdio.h>
#include <string.h>

bool print_guide(const char *name) {
    if (strcmp(name, "state") != 0)
        return false;
    puts(
        "A state is a file that says how a machine shall be.\n"
        "\n"
        "    osier plan web.toml       what isn't so, and what would be done\n"
        "    osier apply web.toml      makes it so: all of it, or nothing\n"
        "    osier check web.toml      whether it is still so\n"
        "    osier undo                takes it back\n"
        "\n"
        "It is TOML, or JSON of the same shape. A table is called by its kind and its path or "
        "name:\n"
        "\n"
        "    dir file link line block set absent tree archive run       files, and what is in "
        "them\n"
        "    user group authorized_keys sudoers cron timer limits       people and their jobs\n"
        "    package service                                            of Debian, of systemd\n"
        "    sysctl host locale module mount swap                       settings\n"
        "    port connect http dns process space load match cert        what check alone looks at\n"
        "\n"
        "docs/STATE.md has all of their members. This one makes a web server of a bare Debian:\n");
    fputs(state_example, stdout);
    return true;
}
