/* SPDX-License-Identifier: MIT */
/** Whole files below a Root, read and replaced. */
#include "base/cancel.h"
#include "base/error.h"
#include "base/options.h"
#include "base/seam.h"
#include "fs/root_resolve.h"
#include "io/contents.h"
#include <fcntl.h>
#include <osier/root.h>
#include <string.h>

static int read_in(const struct os_root *root, const char *path, char **ret_data,
                   size_t *ret_size) {
    int fd = root_open(root, path, O_RDONLY, 0);
    return fd < 0 ? fd : contents_read(fd, ret_data, ret_size);
}

char *os_root_read_file(const struct os_root *root, const char *path, size_t *ret_size) {
    UNCANCELLED;
    char *data = NULL;
    return PUBLIC_POINTER(read_in(root, path, &data, ret_size), data, "root_read_file", path, NULL);
}

static int write_in(const struct os_root *root, const char *path, const void *data, size_t size,
                    const struct os_write_file_options *given) {
    UNCANCELLED;
    struct os_write_file_options options;
    AUTO_CLOSE int owned = -1;
    const char *name;
    int r = options_copy(&options, sizeof options, given);
    if (r >= 0 && options.follow)
        r = -EINVAL;
    int dir = r < 0 ? r : root_parent(root, path, O_PATH, &owned, &name);
    if (dir < 0)
        return dir;
    return strchr(name, '/') ? -EISDIR : contents_replace(dir, name, data, size, &options);
}

int os_root_write_file(const struct os_root *root, const char *path, const void *data, size_t size,
                       const struct os_write_file_options *options) {
    return PUBLIC(write_in(root, path, data, size, options), "root_write_file", path, NULL);
}
