/* SPDX-License-Identifier: MIT */
/** Calls that no line in a header can describe. */
#include "custom.h"
#include "output.h"

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
    if (output_style.json) {
        size_t size = 0;
        char *text = os_popen_read(popen, &size);
        if (text)
            emit_content(text, size);
        free(text);
    } else {
        pass_on(popen->stream);
    }
    int status = os_popen_close(popen);
    return status == -1 ? failed() : shell_status(status);
}
