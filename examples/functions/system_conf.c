/* SPDX-License-Identifier: MIT */
/* Configuration values of the system and of a file system, by name and by number. */
#include <fcntl.h>
#include <osier.h>
#include <stdio.h>
#include <unistd.h>

int main(void) {
    int64_t page, again, name_max, pipe_buf, same;
    int fd = os_open(".", O_RDONLY | O_DIRECTORY, 0);
    if (os_sysconf("SC_PAGE_SIZE", &page) < 0 || os_sysconf_number(_SC_PAGESIZE, &again) < 0 ||
        os_pathconf(".", "PC_NAME_MAX", &name_max) < 0 ||
        os_pathconf_number(".", _PC_NAME_MAX, &same) < 0 ||
        os_fpathconf(fd, "PC_PIPE_BUF", &pipe_buf) < 0 ||
        os_fpathconf_number(fd, _PC_PIPE_BUF, &same) < 0) {
        os_perror("conf");
        return 1;
    }
    printf("pages: %d, names: %d, pipes: %d\n", page == again, name_max >= 14, pipe_buf >= 512);

    size_t texts, numbers, paths;
    os_confstr_names(&texts), os_sysconf_names(&numbers), os_pathconf_names(&paths);
    printf("names: %d\n", texts > 0 && numbers > 50 && paths > 5);
    os_autofree char *path = os_confstr("CS_PATH");
    os_autofree char *by_number = os_confstr_number(_CS_PATH);
    printf("programs of the system: %s\n", path && by_number ? "known" : "unknown");
    return os_close(fd);
}

/* It prints:
 *     pages: 1, names: 1, pipes: 1
 *     names: 1
 *     programs of the system: known
 */
