/* SPDX-License-Identifier: MIT */
/* Replaces a file so that whoever looks sees the whole old one or the whole new one. */
#include <osier.h>
#include <stdio.h>
#include <string.h>

int main(void) {
    const char *text = "port = 80\n";
    struct os_write_file_options options = {.size = sizeof options, .mode = 0600};
    if (os_write_file("app.conf", text, strlen(text), &options) < 0) {
        os_perror("write_file");
        return 1;
    }
    size_t size;
    os_autofree char *content = os_read_file("app.conf", &size);
    printf("%zu bytes: %s", size, content);
    return 0;
}

/* It prints:
 *     10 bytes: port = 80
 */
