/* SPDX-License-Identifier: MIT */
/* How wide output may be: of a terminal its width, else what the environment says, else 80. */
#include <osier.h>
#include <stdio.h>

int main(void) {
    struct os_terminal_size size;
    if (os_isatty(0) && os_get_terminal_size(0, &size) < 0)
        os_perror("terminal");
    os_putenv("COLUMNS", "100");
    os_get_terminal_size_or(80, 24, &size);
    printf("%d columns\n", size.columns);
    os_autofree char *encoding = os_device_encoding(0); /* NULL where it is no terminal */
    return encoding && !os_isatty(0);
}

/* It prints:
 *     100 columns
 */
