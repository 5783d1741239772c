/* SPDX-License-Identifier: MIT */
/**
 * What every other header of osier shares: attributes, flags, the version, and who frees what.
 *
 * @since 0.1
 */
#ifndef OSIER_TYPES_H
#define OSIER_TYPES_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/** The version of these headers; os_version() tells that of the library a program runs with. */
#define OSIER_VERSION_MAJOR 0
#define OSIER_VERSION_MINOR 1
#define OSIER_VERSION_PATCH 0
#define OSIER_VERSION       "0.1.0"

#ifdef __cplusplus
#define OS_BEGIN_DECLS extern "C" {
#define OS_END_DECLS   }
#else
#define OS_BEGIN_DECLS
#define OS_END_DECLS
#endif

#ifdef __GNUC__
#define OS_ATTRIBUTE(...) __attribute__((__VA_ARGS__))
#else
#define OS_ATTRIBUTE(...)
#endif

/** Marks a function as part of the contract; everything else in the library is hidden. */
#define OS_API OS_ATTRIBUTE(visibility("default"))
/** The result is a block of its own: the caller owns it and calls free(). */
#define OS_MUST_FREE OS_ATTRIBUTE(malloc, warn_unused_result)
/** The result says whether the call worked: ignoring it is a mistake. */
#define OS_MUST_CHECK OS_ATTRIBUTE(warn_unused_result)
/** These arguments (counted from 1; none named: all) must not be NULL. */
#define OS_NONNULL(...) OS_ATTRIBUTE(nonnull(__VA_ARGS__))
/** A list of arguments that ends with NULL. */
#define OS_SENTINEL OS_ATTRIBUTE(sentinel)
/** The result depends on nothing but the arguments and what they point to. */
#define OS_PURE OS_ATTRIBUTE(pure)

OS_BEGIN_DECLS

/**
 * Options that calls take in their `flags` argument; each bit means the same wherever it is
 * taken, and a call answers EINVAL to a bit that it does not take. 0 means Python's defaults.
 */
enum os_flags {
    OS_EXIST_OK = 1 << 0,       /**< exist_ok=True: a directory that is there already is fine */
    OS_NOFOLLOW = 1 << 1,       /**< follow_symlinks=False: the link itself, not what it names */
    OS_EFFECTIVE_IDS = 1 << 2,  /**< effective_ids=True: ask for the effective user and group */
    OS_IS_DIRECTORY = 1 << 3,   /**< target_is_directory=True: taken and ignored, as on POSIX */
    OS_RECURSIVE = 1 << 4,      /**< recursive=True: `**` stands for directories at any depth */
    OS_INCLUDE_HIDDEN = 1 << 5, /**< include_hidden=True: `*` matches hidden names, too */
};

/** The current directory, wherever a call takes a directory descriptor (`dir_fd`). */
#define OS_CWD (-100) /* AT_FDCWD on Linux */

/** A piece of text inside a longer one; not terminated, not owned. */
struct os_slice {
    const char *data; /**< where it starts */
    size_t size;      /**< how many bytes it has */
};

/**
 * The version of the library that the program runs with, "0.1.0".
 *
 * @return a static string
 * @shell no: `osier --version`
 */
OS_API const char *os_version(void);

/**
 * Frees what a pointer points to: the function behind os_autofree. errno stays as it is.
 *
 * @param p  a pointer to the pointer
 * @shell no: it is about memory of the caller
 */
OS_API OS_NONNULL() void os_free_pointer(void *p);

/** Frees a variable's block when it goes out of scope: `os_autofree char *cwd = os_getcwd();` */
#ifdef __GNUC__
#define os_autofree __attribute__((cleanup(os_free_pointer)))
#endif

OS_END_DECLS

#endif
