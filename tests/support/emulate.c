/* SPDX-License-Identifier: MIT */
/** Runs the program of another processor that lies beside it, as osier.real beside osier, or where it was alone copied to,
 *  PROGRAM, by EMULATOR; nothing of what it is given changes on the way. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv) {
    static const char real[] = ".real";
    char path[PATH_MAX + sizeof real];
    char **words = calloc((size_t)argc + 2, sizeof *words);
    ssize_t size = readlink("/proc/self/exe", path, PATH_MAX);
    if (!words || size < 0)
        return 127;
    memcpy(path + size, real, sizeof real);
    words[0] = EMULATOR;
    words[1] = access(path, X_OK) == 0 ? path : PROGRAM;
    for (int i = 1; i < argc; i++)
        words[i + 1] = argv[i];
    execvp(EMULATOR, words);
    return 127;
}
