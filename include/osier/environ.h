/* SPDX-License-Identifier: MIT */
/**
 * The environment as a mapping, which any thread may read and change at any time.
 *
 * There is one environment, that of the process: what these calls set, getenv(3) and children see,
 * and what setenv(3) sets, these calls see. Reads give copies. What was once in the environment is
 * never freed, so no reader meets freed memory; equal texts are kept once, so a variable that
 * alternates between values takes no more memory. Changes by libc's own setenv(3) remain unsafe,
 * unless the program is linked with or preloads libosier-env, which puts libc's names on these
 * calls.
 *
 * @since 0.1
 */
#ifndef OSIER_ENVIRON_H
#define OSIER_ENVIRON_H

#include <osier/types.h>

OS_BEGIN_DECLS

/**
 * The value of an environment variable, or a default.
 *
 * @param key            its name
 * @param default_value  returned, as a copy, if it is not set; or NULL
 * @return a copy, to free(); NULL with errno 0 if it is not set and there is no default, NULL with
 *         errno ENOMEM if memory ran out
 * @python os.getenv(key, default=None)
 * @shell os.getenv KEY [DEFAULT_VALUE] -> str
 */
OS_API OS_NONNULL(1) char *os_getenv(const char *key, const char *default_value) OS_MUST_CHECK;

/**
 * Sets an environment variable.
 *
 * @param key    its name: not empty, and without '='
 * @param value  its value
 * @return 0, or −1 with errno set
 * @error EINVAL  the name is empty or holds '='
 * @error ENOMEM  memory ran out; nothing has changed
 * @python os.putenv(name, value, /)
 * @source setenv(3)
 * @shell no: the environment that it changes ends with the command
 */
OS_API OS_NONNULL() int os_putenv(const char *key, const char *value);

/**
 * Removes an environment variable; one that is not set is no error.
 *
 * @param key  its name: not empty, and without '='
 * @return 0, or −1 with errno set
 * @error EINVAL  the name is empty or holds '='
 * @python os.unsetenv(name, /)
 * @source unsetenv(3)
 * @shell no: the environment that it changes ends with the command
 */
OS_API OS_NONNULL() int os_unsetenv(const char *key);

/**
 * All environment variables as of one moment, "KEY=value" each, in their order.
 *
 * As in Python, of two equal names the first counts, and text without '=' is left out.
 *
 * @return a list that ends with NULL, one block to free(); NULL with errno ENOMEM
 * @python os.environ.copy()
 * @shell os.environ -> dict
 */
OS_API OS_MUST_FREE char **os_environ(void);

/**
 * The value of an environment variable that has to be set.
 *
 * @param key  its name
 * @return a copy, to free(); NULL with errno set
 * @error ENOENT  it is not set (Python's KeyError)
 * @python os.environ[key]
 * @shell os.environ.get KEY -> str
 */
OS_API OS_MUST_FREE OS_NONNULL() char *os_environ_get(const char *key);

/**
 * A pointer to the value of an environment variable, without a copy.
 *
 * @param key  its name
 * @return the value, or NULL if it is not set. It stays valid for the life of the process, also
 *         when the variable changes, unless other code than osier set it and frees it
 * @source getenv(3)
 * @shell see os_getenv
 */
OS_API OS_NONNULL() const char *os_environ_peek(const char *key);

/**
 * Sets a variable of the environment, as os_putenv() does.
 *
 * @param key    its name: not empty, and without '='
 * @param value  its value
 * @return 0, or −1 with errno set
 * @error EINVAL  the name is empty or holds '='
 * @error ENOMEM  memory ran out; nothing has changed
 * @python os.environ[key] = value
 * @shell no: the environment that it changes ends with the command
 */
OS_API OS_NONNULL() int os_environ_set(const char *key, const char *value);

/**
 * Removes an environment variable that has to be set.
 *
 * @param key  its name
 * @return 0, or −1 with errno set
 * @error ENOENT  it is not set (Python's KeyError)
 * @error EINVAL  the name is empty or holds '='
 * @python del os.environ[key]
 * @shell no: the environment that it changes ends with the command
 */
OS_API OS_NONNULL() int os_environ_del(const char *key);

/**
 * The value of an environment variable, which is set to `value` first if it is not set.
 *
 * @param key    its name: not empty, and without '='
 * @param value  its value unless it has one
 * @return a copy of what it is now, to free(); NULL with errno set
 * @error EINVAL  it is not set, and the name is empty or holds '='
 * @python os.environ.setdefault(key, value)
 * @shell no: the environment that it changes ends with the command
 */
OS_API OS_MUST_FREE OS_NONNULL() char *os_environ_setdefault(const char *key, const char *value);

/**
 * Removes an environment variable and tells what its value was.
 *
 * @param key            its name
 * @param default_value  returned, as a copy, if it is not set, or NULL to fail then
 * @return a copy, to free(); NULL with errno set
 * @error ENOENT  it is not set, and there is no default (Python's KeyError)
 * @python os.environ.pop(key, default)
 * @shell no: the environment that it changes ends with the command
 */
OS_API OS_MUST_FREE OS_NONNULL(1) char *os_environ_pop(const char *key, const char *default_value);

/**
 * Sets all variables of a list at one moment, or after an error none of them.
 *
 * @param list  "KEY=value" texts, then NULL: what os_environ() returns, for one
 * @return 0, or −1 with errno set
 * @error EINVAL  a text holds no '=', or no name before it
 * @error ENOMEM  memory ran out; nothing has changed
 * @python os.environ.update(mapping)
 * @shell no: the environment that it changes ends with the command
 */
OS_API OS_NONNULL() int os_environ_update(char *const list[]);

/**
 * Removes all environment variables.
 *
 * @return nothing; it can't fail
 * @python os.environ.clear()
 * @source clearenv(3)
 * @shell no: the environment that it changes ends with the command
 */
OS_API void os_environ_clear(void);

/**
 * The names of all environment variables, in their order.
 *
 * @return a list that ends with NULL, one block to free(); NULL with errno ENOMEM
 * @python os.environ.keys()
 * @shell os.environ.keys -> list
 */
OS_API OS_MUST_FREE char **os_environ_keys(void);

/**
 * How many environment variables are set.
 *
 * @return the count; −1 with errno ENOMEM
 * @python len(os.environ)
 * @shell os.environ.size -> int
 */
OS_API int64_t os_environ_size(void);

/**
 * Whether an environment variable is set.
 *
 * @param key  its name
 * @return true if it is
 * @python key in os.environ
 * @shell os.environ.contains KEY -> bool
 */
OS_API OS_NONNULL() bool os_environ_contains(const char *key);

/**
 * How many bytes the environment has allocated and never frees: all texts and arrays that were ever
 * part of it.
 *
 * It grows with the number of different values that variables were set to, not with how often.
 *
 * @return bytes
 * @shell no: a command starts with none
 */
OS_API size_t os_environ_retained(void);

/**
 * Brings the mapping up to date with the environment of the process.
 *
 * In C they are one, so there is nothing to bring: it takes over an array that other code has put
 * in place of `environ`, which the next change would do as well.
 *
 * @return 0, or −1 with errno ENOMEM
 * @python os.reload_environ(), since 3.14
 * @shell no: a command sees the environment that it starts with
 */
OS_API int os_reload_environ(void);

/**
 * The directories in which a program is looked for.
 *
 * @param env  "KEY=value" texts, then NULL; or NULL for the environment of the process
 * @return the parts of its PATH, or of "/bin:/usr/bin" without one: a list that ends with NULL, one
 *         block to free(); NULL with errno ENOMEM
 * @python os.get_exec_path(env=None)
 * @shell os.get_exec_path {env=NULL} -> list
 */
OS_API OS_MUST_FREE char **os_get_exec_path(char *const env[]);

OS_END_DECLS

#endif
