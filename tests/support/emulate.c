/* SPDX-License-Identifier: MIT */
/** Runs PROGRAM, of another processor, by EMULATOR; nothing of what it is given changes on the way. */
#include <stdlib.h>
#include <unistd.h>

int main(int argc, char **argv) {
    char **words = calloc((size_t)argc + 2, sizeof *words);
    if (!words)
        return 127;
    words[0] = EMULATOR;
    words[1] = PROGRAM;
    for (int i = 1; i < argc; i++)
        words[i + 1] = argv[i];
    execvp(EMULATOR, words);
    return 127;
}
