/* SPDX-License-Identifier: MIT */
/** Makes the trees that the benchmarks work on: the same one for the same arguments, everywhere.
 *
 *      make_tree PATH FILES DIRECTORIES [BYTES [LINKS]]    a tree; content of BYTES on average, and
 *                                                          LINKS in a hundred files symbolic links
 *      make_tree PATH FILES                                as many empty files in one directory
 *
 *  Its shape is that of unpacked packages: five levels deep in the middle and eighteen at most, a
 * few directories with many entries, most with few, and names of 6 to 25 bytes.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ODD = 7919 }; /* a prime: numbers times this, modulo a count, shuffle it */

static uint64_t seed = 20261123;

static void die(const char *what) {
    perror(what);
    exit(1);
}

/* xorshift64* */
static double uniform(void) {
    seed ^= seed >> 12;
    seed ^= seed << 25;
    seed ^= seed >> 27;
    return (double)((seed * UINT64_C(2685821657736338717)) >> 11) * 0x1p-53;
}

static void make_name(char *name, unsigned long number, const char *suffix) {
    static const char *const words[] = {"io",    "core",   "test", "config",  "util", "lib",
                                        "model", "server", "data", "_module", "x",    "generated"};
    unsigned long count = sizeof words / sizeof *words;
    sprintf(name, "%s%s%lx%s", words[number % count], words[number * ODD / 64 % count], number,
            suffix);
}

static void write_bytes(int fd, size_t size) {
    static char text[64 * 1024];
    if (!text[0])
        memset(text, 'o', sizeof text);
    for (size_t done = 0; done < size;) {
        size_t part = size - done < sizeof text ? size - done : sizeof text;
        ssize_t n = write(fd, text, part);
        if (n < 0)
            die("write");
        done += (size_t)n;
    }
}

/* Most files are small, some are large: sizes from nothing to 3 times the average. */
static void make_file(int at, const char *name, double bytes) {
    if (bytes == 0) {
        if (mknodat(at, name, S_IFREG | 0644, 0) < 0)
            die(name);
        return;
    }
    int fd = openat(at, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (fd < 0)
        die(name);
    double u = uniform();
    write_bytes(fd, (size_t)(3 * bytes * u * u));
    close(fd);
}

static void make_flat(const char *path, unsigned long files) {
    char name[64];
    int at = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (at < 0)
        die(path);
    for (unsigned long i = 0; i < files; i++) {
        make_name(name, i, ".c");
        make_file(at, name, 0);
    }
    close(at);
}

/* Directory i lies in one of those before it, sooner in an early one. */
static void make_directories(char **paths, unsigned long directories) {
    char name[64];
    for (unsigned long i = 1; i < directories; i++) {
        double u = uniform();
        unsigned long parent = (unsigned long)((double)i * u * u);
        make_name(name, i, "");
        if (asprintf(&paths[i], "%s/%s", paths[parent], name) < 0 || mkdir(paths[i], 0755) < 0)
            die(name);
    }
}

/* How many files each directory gets: squares make some large and leave many small. */
static unsigned *share_out(unsigned long files, unsigned long directories) {
    unsigned *shares = calloc(directories, sizeof *shares);
    if (!shares)
        die("calloc");
    for (unsigned long i = 0; i < files; i++) {
        double u = uniform();
        unsigned long rank = (unsigned long)((double)directories * u * u);
        shares[rank * ODD % directories]++;
    }
    return shares;
}

static void make_tree(const char *path, unsigned long files, unsigned long directories,
                      double bytes, double links) {
    char name[64];
    char **paths = calloc(directories, sizeof *paths);
    if (!paths || !(paths[0] = strdup(path)))
        die("calloc");
    make_directories(paths, directories);
    unsigned *shares = share_out(files, directories);
    for (unsigned long i = 0, number = 0; i < directories; i++) {
        int at = open(paths[i], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (at < 0)
            die(paths[i]);
        for (unsigned j = 0; j < shares[i]; j++) {
            make_name(name, number++, ".py");
            if (links == 0 || uniform() * 100 >= links)
                make_file(at, name, bytes);
            else if (symlinkat("target.py", at, name) < 0)
                die(name);
        }
        close(at);
        free(paths[i]);
    }
    free(shares);
    free(paths);
}

int main(int argc, char **argv) {
    if (argc < 3)
        return fputs("make_tree PATH FILES [DIRECTORIES [BYTES [LINKS]]]\n", stderr), 64;
    if (mkdir(argv[1], 0755) < 0 && errno != EEXIST)
        die(argv[1]);
    if (argc == 3)
        make_flat(argv[1], strtoul(argv[2], NULL, 10));
    else
        make_tree(argv[1], strtoul(argv[2], NULL, 10), strtoul(argv[3], NULL, 10),
                  argc > 4 ? atof(argv[4]) : 0, argc > 5 ? atof(argv[5]) : 0);
    return 0;
}
