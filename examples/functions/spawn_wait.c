/* SPDX-License-Identifier: MIT */
/* Starts a program and waits for it; then reads what a shell line prints. */
#include <osier.h>
#include <stdio.h>

int main(void) {
    char *const argv[] = {"sh", "-c", "exit 3", NULL};
    printf("exit code %d\n", os_spawnvp(OS_P_WAIT, "sh", argv));

    struct os_popen *popen = os_popen("echo one; echo two", "r");
    if (!popen) {
        os_perror("popen");
        return 1;
    }
    size_t size;
    os_autofree char *text = os_popen_read(popen, &size);
    printf("%zu bytes: %s", size, text);
    return os_popen_close(popen) != 0;
}

/* It prints:
 *     exit code 3
 *     8 bytes: one
 *     two
 */
