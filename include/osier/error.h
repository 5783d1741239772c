/* SPDX-License-Identifier: MIT */
/**
 * Errors: errno says what went wrong, the thread's error record says with what.
 *
 * A public function fails as its POSIX namesake does: −1 or NULL, with errno set. The record then
 * holds the rest of what Python's OSError carries. A success never touches it, and it belongs to
 * the thread. A record whose number differs from errno is stale: os_last_error() gives NULL then.
 *
 * @since 0.1
 */
#ifndef OSIER_ERROR_H
#define OSIER_ERROR_H

#include <errno.h>
#include <osier/types.h>

OS_BEGIN_DECLS

/** What Python's OSError carries. */
struct os_error {
    int number;            /**< errno: ENOENT, EEXIST … (OSError.errno) */
    const char *operation; /**< the function that failed: "makedirs"; a static string */
    const char *filename;  /**< the path it failed at, as the caller spelled it, or NULL */
    const char *filename2; /**< the second path of a call that takes two, or NULL */
    const char *message;   /**< where Python raises no OSError, what it says: "ValueError: …"; a
                                static string, else NULL */
};

/**
 * The error record of the calling thread, as its last failed call left it.
 *
 * @return the record, valid until the thread's next failing call; NULL when errno says otherwise
 * @python OSError
 * @shell no: the command prints what it says
 */
OS_API const struct os_error *os_last_error(void);

/**
 * Prints the last error to stderr in Python's words:
 * `deploy: FileExistsError: [Errno 17] File exists: 'srv/app'`.
 *
 * @param prefix  what to print before it, or NULL for nothing
 * @return nothing; errno and the record stay as they are
 * @shell no: the command prints it by itself
 */
OS_API void os_perror(const char *prefix);

/**
 * The last error in Python's words, `FileExistsError: [Errno 17] File exists: 'srv/app'`.
 *
 * @return the text, to free(); NULL with errno ENOMEM
 * @python str(OSError)
 * @shell no: the command prints it by itself
 */
OS_API OS_MUST_FREE char *os_error_text(void);

/**
 * The name of the exception that Python raises for an errno: "FileExistsError".
 *
 * @param number  an errno
 * @return a static string; "OSError" where Python has no class of its own
 * @python OSError, since 3.3
 * @source PEP 3151
 * @shell os.error_name NUMBER -> str
 */
OS_API const char *os_error_name(int number);

/**
 * The message for an error number: "No such file or directory".
 *
 * @param number  an errno
 * @return a string that stays valid for the life of the thread
 * @python os.strerror(code, /)
 * @source strerror(3)
 * @shell os.strerror NUMBER -> str
 */
OS_API const char *os_strerror(int number);

/**
 * Says what to do when a signal interrupts a system call; without it every call is retried.
 *
 * @param handler  called on EINTR: 0 to retry the call, anything else to fail with EINTR; or NULL for
 *                 the default
 * @return the handler before it, or NULL
 * @source PEP 475
 * @shell no: it is about signals of the calling program
 */
OS_API int (*os_set_interrupt_handler(int (*handler)(void)))(void);

/**
 * A name made safe to show, as errors show it: in the form of a Python string.
 *
 * Control characters, bytes that are not UTF-8 and whatever else does not print become escapes:
 * `'a\nb'`, `'\udcff'`.
 *
 * @param name  any bytes
 * @return the text, to free(); NULL with errno ENOMEM
 * @python repr(os.fsdecode(name))
 * @shell os.quote NAME -> str
 */
OS_API OS_MUST_FREE OS_NONNULL() char *os_quote(const char *name);

/**
 * The first character of a name, as os.fsdecode() reads it in UTF-8.
 *
 * @param text  where it begins
 * @param size  how many bytes there are
 * @param ret_code  set to its code point; of a byte that is no UTF-8 to U+DC00 + the byte
 * @return how many bytes it has, 0 where there are none
 * @source PEP 383
 * @shell no: it is for a loop over a text
 */
OS_API OS_NONNULL() size_t os_fsdecode_character(const char *text, size_t size, uint32_t *ret_code);

/**
 * How many columns of a terminal a character takes, whatever the locale.
 *
 * @param code  its code point
 * @return 2 for the wide ones of East Asia and for emoji, 0 for what is put on the character before, else 1
 * @source wcwidth(3), Unicode Standard Annex #11
 * @shell no: it is for a loop over a text
 */
OS_API int os_character_width(uint32_t code);

OS_END_DECLS

#endif
