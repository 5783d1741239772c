/* SPDX-License-Identifier: MIT */
/** Calls that no line in a header can describe. */
#include "contract.h"
#include "frame/arguments.h"
#include "frame/message.h"
#include "frame/output.h"

#include <dirent.h>
#include <errno.h>
#include <osier.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* The exit status a shell would report for a close status: N of exit N, 128 + N of signal N. */
static int shell_status(int status) {
    int code = status / 256;
    return code < 0 ? 128 - code : code;
}

/* Prints what comes through the pipe as it comes. */
static void pass_on(FILE *stream) {
    char block[1 << 16];
    ssize_t size;
    while ((size = read(fileno(stream), block, sizeof block)) > 0)
        if (fwrite(block, 1, (size_t)size, stdout) < (size_t)size || fflush(stdout) != 0)
            return;
}

int custom_os_popen(struct call *call) {
    struct os_popen *popen = os_popen(arg_text(call, "COMMAND"), "r");
    if (!popen)
        return failed();
    int unread = 0;
    if (output_style.json) {
        size_t size = 0;
        char *text = os_popen_read(popen, &size);
        if (text)
            emit_content(text, size);
        else
            unread = failed();
        free(text);
    } else {
        pass_on(popen->stream);
    }
    int status = os_popen_close(popen);
    return status == -1 ? failed() : unread ? unread : shell_status(status);
}

/* d_type as find(1) and os.stat spell it out. */
static const char *type_name(unsigned char type) {
    static const char *const names[] = {
        [DT_FIFO] = "fifo", [DT_CHR] = "character", [DT_DIR] = "directory", [DT_BLK] = "block",
        [DT_REG] = "file",  [DT_LNK] = "link",      [DT_SOCK] = "socket",
    };
    return type < sizeof names / sizeof *names && names[type] ? names[type] : "unknown";
}

static void emit_entry(struct os_dir_entry *entry) {
    if (!output_style.json) {
        emit_text(os_dir_entry_path(entry));
        return;
    }
    emit_begin_record();
    emit_key("name");
    emit_text(entry->name);
    emit_key("path");
    emit_text(os_dir_entry_path(entry));
    emit_key("type");
    emit_text(type_name(entry->d_type));
    emit_key("inode");
    emit_unsigned(os_dir_entry_inode(entry));
    emit_end_record();
}

int custom_os_scandir(struct call *call) {
    const char *path = arg_text(call, "PATH");
    struct os_scandir *scan = os_scandir(path ? path : ".");
    if (!scan)
        return failed();
    struct os_dir_entry *entry;
    emit_begin_list();
    while ((entry = os_scandir_next(scan)))
        emit_entry(entry);
    int status = errno ? failed() : 0;
    emit_end_list();
    os_scandir_close(scan);
    return status;
}
