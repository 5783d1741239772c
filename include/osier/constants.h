/* SPDX-License-Identifier: MIT */
/**
 * Constants by name, for scripts and other languages: every number and text that Python's os has.
 *
 * The values are the kernel's for this processor, whatever the headers of the libc know of them. In
 * C the constants that C has keep C's names: O_CREAT, WNOHANG.
 *
 * @since 0.1
 */
#ifndef OSIER_CONSTANTS_H
#define OSIER_CONSTANTS_H

#include <osier/types.h>

OS_BEGIN_DECLS

/** What a constant is. */
enum os_constant_kind {
    OS_CONSTANT_INT,  /**< a number: O_CREAT */
    OS_CONSTANT_BOOL, /**< 0 or 1: supports_bytes_environ */
    OS_CONSTANT_TEXT, /**< a text: sep; None where there is none: altsep */
};

/** A constant of Python's os. */
struct os_named_constant {
    const char *name;           /**< without "os.": "O_CREAT", "path.sep" */
    int64_t value;              /**< of a number or truth value, else 0 */
    const char *text;           /**< of a text, or NULL */
    enum os_constant_kind kind; /**< what it is */
    const char *section;        /**< of Python's documentation: "Process Management" */
    const char *since;          /**< the Python that brought it: "3.13"; "3.11" or before */
};

/**
 * The value of a constant that is a number.
 *
 * @param name  its name: "O_CREAT"; "os." in front of it may be there or not
 * @param ret_value  set to its value
 * @return 0, or −1 with errno set
 * @error EINVAL  Python's os has no such constant, or it is a text
 * @python os.O_CREAT and its like
 * @shell see os_constants
 */
OS_API OS_NONNULL() int os_constant(const char *name, int64_t *ret_value);

/**
 * The value of a constant that is text.
 *
 * @param name  its name: "sep", "path.sep"; "os." in front of it may be there or not
 * @return a static string; NULL with errno 0 for "altsep", which is None, and with errno set on an
 *         error
 * @error EINVAL  Python's os has no such constant, or it is a number
 * @python os.sep and its like
 * @shell see os_constants
 */
OS_API OS_NONNULL() const char *os_constant_text(const char *name);

/**
 * All constants of Python's os, with their names, values and kinds.
 *
 * @param ret_count  set to how many there are
 * @return a static array, in the order of the names (strcmp(3))
 * @python vars(os)
 * @shell no: each of them answers to its own name, as in `osier os.O_CREAT`
 */
OS_API OS_NONNULL() const struct os_named_constant *os_constants(size_t *ret_count);

OS_END_DECLS

#endif
