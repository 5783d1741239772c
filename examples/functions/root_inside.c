/* SPDX-License-Identifier: MIT */
/* Looks at an image as after chroot: its absolute links lead to what is in it. */
#include <fcntl.h>
#include <osier.h>
#include <stdio.h>

int main(void) {
    os_makedirs("image/etc", 0755, 0);
    os_write_file("image/etc/os-release", "ID=demo\n", 8, NULL);
    os_symlink("/etc/os-release", "image/release", 0);
    struct os_root *image = os_root_inside(OS_CWD, "image");
    struct os_root *etc = image ? os_root_sub(image, "etc") : NULL;
    if (!etc) {
        os_perror("image");
        return 1;
    }
    os_autofree char *text = os_root_read_file(image, "/release", NULL);
    os_autofree char *same = os_root_read_file(etc, "os-release", NULL);
    printf("%s%s", text, same);

    /* The kernel's own word for the same, from Linux 5.6 on. */
    int fd = os_openat2(os_root_fd(image), "release", O_RDONLY, 0, 0x10 /* RESOLVE_IN_ROOT */);
    if (fd >= 0)
        os_close(fd);
    os_root_close(etc);
    os_root_close(image);
    return 0;
}

/* It prints:
 *     ID=demo
 *     ID=demo
 */
