/* SPDX-License-Identifier: MIT */
/** From −errno to what the public sees: the one place that sets errno and the thread's record. */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

/** Sets errno and the record for −errno `r`: always −1. Can't fail, whatever memory is left. */
long error_fail(long r, const char *operation, const char *filename, const char *filename2)
    __attribute__((cold, noinline));

/** The same where Python raises no OSError: `words` is "ValueError: …", a static string. */
long error_fail_message(long r, const char *operation, const char *message)
    __attribute__((cold, noinline));

/** ENOENT where Python raises KeyError: the record's name is the missing key. */
long error_fail_key(const char *operation, const char *missing) __attribute__((cold, noinline));

/** The end of a public function that returns an int: a result ≥ 0 as it is, −errno as −1. */
#define PUBLIC(r, operation, filename, filename2)                                                  \
    ({                                                                                             \
        typeof(r) public_ = (r);                                                                   \
        __builtin_expect(public_ < 0, 0)                                                           \
            ? (typeof(public_))error_fail(public_, operation, filename, filename2)                 \
            : public_;                                                                             \
    })

/** The same for one that returns a pointer: `value`, or NULL when `r` is −errno. */
#define PUBLIC_POINTER(r, value, operation, filename, filename2)                                   \
    ({                                                                                             \
        int public_ = (r);                                                                         \
        __builtin_expect(public_ < 0, 0)                                                           \
            ? (error_fail(public_, operation, filename, filename2), NULL)                          \
            : (value);                                                                             \
    })

/** Gives a public function, which is defined before, a second public name. */
#define ALSO(other, name) extern typeof(name) other __attribute__((alias(#name)))

#endif
