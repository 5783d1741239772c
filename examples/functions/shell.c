/* SPDX-License-Identifier: MIT */
/* Words for a shell, and the words of a line. */
#include <osier.h>
#include <stdio.h>

int main(void) {
    char *const words[] = {"ls", "-l", "my file", NULL};
    os_autofree char *word = os_shell_quote("it's");
    os_autofree char *line = os_shell_join(words);
    os_autofree char **parts = os_shell_split("cp 'my file' dst # a comment", true);
    if (!word || !line || !parts)
        return 1;
    printf("%s\n%s\n", word, line);
    for (char **part = parts; *part; part++)
        printf("[%s]", *part);
    printf("\n");
    return 0;
}

/* It prints:
 *     'it'"'"'s'
 *     ls -l 'my file'
 *     [cp][my file][dst]
 */
