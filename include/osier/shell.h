/* SPDX-License-Identifier: MIT */
/**
 * Words of a shell: quoting, splitting and joining, by the rules of Python's shlex.
 *
 * A program that is started with a list of arguments needs none of this. It is for lines that people
 * wrote, and for lines that people shall read, or a remote shell.
 *
 * @since 0.1
 */
#ifndef OSIER_SHELL_H
#define OSIER_SHELL_H

#include <osier/types.h>

OS_BEGIN_DECLS

/**
 * A text as one word of a POSIX shell.
 *
 * @param text  any text
 * @return the word, quoted where it has to be, to free(); NULL with errno ENOMEM
 * @python shlex.quote(s)
 * @shell os.shell_quote TEXT -> str
 */
OS_API OS_MUST_FREE OS_NONNULL() char *os_shell_quote(const char *text);

/**
 * The words of a line, without their quotes, as a POSIX shell would see them.
 *
 * Nothing is expanded: neither variables nor patterns nor `~`.
 *
 * @param line      the line
 * @param comments  whether a '#' begins a comment that ends with the line
 * @return a list that ends with NULL, one block to free(); NULL with errno set
 * @error EINVAL  a quotation is not closed, or nothing stands behind a backslash (Python's ValueError)
 * @python shlex.split(s, comments=False, posix=True)
 * @shell os.shell_split LINE [--comments] -> list
 */
OS_API OS_MUST_FREE OS_NONNULL() char **os_shell_split(const char *line, bool comments);

/**
 * Words as a line that os_shell_split(), and a shell, takes apart into them.
 *
 * @param words  the words, then NULL
 * @return the line, to free(); NULL with errno ENOMEM
 * @python shlex.join(split_command)
 * @shell os.shell_join WORDS... -> str
 */
OS_API OS_MUST_FREE OS_NONNULL() char *os_shell_join(char *const words[]);

OS_END_DECLS

#endif
