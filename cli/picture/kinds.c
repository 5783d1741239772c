/* SPDX-License-Identifier: MIT */
/** What sort of file a name stands for: by how it ends, else by how its content begins. */
#include "picture/kinds.h"

#include <ctype.h>
#include <fcntl.h>
#include <osier.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>

enum { OTHER, TEXT, PROGRAM };

const struct kind kinds[KINDS] = {
    {"other", "#c3ccd6", "#4a545f", ""},
    {"text and code", "#a9cdf5", "#27548a",
     " c h cc cpp cxx hh hpp py pyi rs go js mjs ts tsx jsx java kt rb pl pm php lua sh bash zsh "
     "fish awk el lisp scm hs ml swift sql r jl tcl vim s asm html htm xhtml css scss xml xsl xsd "
     "json toml yaml yml ini cfg conf txt md rst tex log csv tsv patch diff m4 am ac in cmake mk "
     "service d.ts svelte vue 1 2 3 4 5 6 7 8 "},
    {"programs", "#a8dcb5", "#2c6b3f",
     " so a o ko la dll exe bin elf pyc pyo class wasm rlib rmeta lib dylib node beam hi elc "
     "img efi fw ucode "},
    {"archives", "#f6c99a", "#8a5320",
     " gz xz bz2 zst lz4 lzma br zip tar tgz txz tbz tbz2 7z rar deb rpm apk whl jar war egg iso "
     "squashfs snap cab cpio crate gem nupkg "},
    {"pictures", "#f4b6cc", "#8b3557",
     " png jpg jpeg gif svg svgz webp tif tiff bmp ico xpm heic avif psd raw cr2 nef eps "},
    {"sound and video", "#d2bcf2", "#5b3f8d",
     " mp3 flac ogg oga opus wav m4a aac mid mp4 mkv webm avi mov mpg mpeg m4v ts3 wmv ogv "},
    {"documents, fonts", "#efe3a0", "#766615",
     " pdf ps djvu epub odt ods odp doc docx xls xlsx ppt pptx rtf info ttf otf ttc pfb pfm woff "
     "woff2 pcf bdf afm "},
    {"data", "#a4dbdc", "#246567",
     " db sqlite sqlite3 dat idx pack rev cache mo gmo po pot parquet arrow npy npz h5 hdf5 pkl "
     "pickle mdb ldb sst bdb rdb dump bak icc ucm gresource map tzdata ibd frm wal qcow2 vmdk "},
};

/* The last part of a name that is no version: "so" of "libc.so.6", "gz" of "a.tar.gz". */
static const char *ending(const char *name, size_t *ret_size) {
    const char *end = name + strlen(name);
    for (;;) {
        const char *dot = end;
        bool number = true;
        while (dot > name && dot[-1] != '.') {
            dot--;
            number = number && isdigit((unsigned char)*dot);
        }
        *ret_size = (size_t)(end - dot);
        const char *before = dot - 1;
        bool version = dot > name && number && strstr(name, ".so.") && strstr(name, ".so.") < dot;
        if (dot <= name + 1 || !version)
            return dot <= name + 1 ? NULL : dot;
        end = before;
    }
}

/* A name without an ending in a directory of programs is a program. */
static int kind_of_place(const char *path) {
    return strstr(path, "/bin/") || strstr(path, "/sbin/") || strstr(path, "/libexec/") ? PROGRAM
                                                                                        : OTHER;
}

static int kind_of_name(const char *path) {
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    size_t size = 0;
    char word[16];
    const char *end = ending(name, &size);
    if (!end || size == 0 || size + 3 > sizeof word)
        return kind_of_place(path);
    word[0] = ' ';
    for (size_t i = 0; i < size; i++)
        word[i + 1] = (char)tolower((unsigned char)end[i]);
    word[size + 1] = ' ';
    word[size + 2] = '\0';
    for (int kind = 1; kind < KINDS; kind++)
        if (strstr(kinds[kind].endings, word))
            return kind;
    return kind_of_place(path);
}

/* A program begins with its magic number, a script with "#!". Nothing but a regular file is opened:
 * a device may do something then, and a pipe wait. */
static int kind_of_content(const char *path) {
    char head[4] = "";
    struct os_stat_result stat;
    if (os_lstat(path, &stat) < 0 || !S_ISREG(stat.st_mode) || stat.st_size < (int64_t)sizeof head)
        return OTHER;
    int fd = os_open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, 0);
    ssize_t size = fd < 0 ? -1 : os_read(fd, head, sizeof head);
    if (fd >= 0)
        os_close(fd);
    if (size != sizeof head)
        return OTHER;
    return memcmp(head, "\177ELF", 4) == 0 ? PROGRAM : memcmp(head, "#!", 2) == 0 ? TEXT : OTHER;
}

int kind_of_path(const char *path) {
    int kind = kind_of_name(path);
    return kind == OTHER ? kind_of_content(path) : kind;
}
