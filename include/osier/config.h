/* SPDX-License-Identifier: MIT */
/**
 * Configuration files, one key at a time: everything else in a file stays as it is, byte by byte.
 *
 * Formats are "ini", "unit" (of systemd), "env" (NAME=value, as a shell reads it), "ssh" (sshd_config,
 * ssh_config), "sysctl", "hosts", "fstab", "cron" (/etc/crontab, /etc/cron.d), "crontab" (a user's),
 * "json", "toml" and "yaml" (scalars in plain mappings).
 *
 * A key of a section is SECTION.KEY, as "Service.ExecStart", and in sshd_config "Match User git.X11Forwarding";
 * of tables in each other a.b.c, where a part in quotation marks may have points in it. In hosts it is a name, its
 * value the address; in fstab it is MOUNTPOINT.FIELD, with the fields spec, type, options, dump and pass:
 * with spec a line begins to be there, and without it it goes. In cron and crontab it is a variable, or the command
 * of a job, whose value is the schedule, in cron with the user behind it: "0 5 * * * root".
 *
 * @since 0.1
 * @shell no: `osier get FILE` and `osier set FILE` do it
 */
#ifndef OSIER_CONFIG_H
#define OSIER_CONFIG_H

#include <osier/types.h>

OS_BEGIN_DECLS

/**
 * The format of a configuration file, by its path and name.
 *
 * @param path  the file, which need not exist
 * @return the format, a static string; NULL where the name doesn't tell
 */
OS_API OS_NONNULL() const char *os_config_format(const char *path);

/** A key and a value that it has. */
struct os_config_entry {
    const char *key;   /**< "Service.ExecStart" */
    const char *value; /**< without quotation marks and line ends of the file */
    size_t line;       /**< where it stands, from 1 on */
};

/**
 * All keys of a configuration with their values, in their order; a key may come several times.
 *
 * @param text  the file's content
 * @param size  how many bytes
 * @param format  its format
 * @param ret_count  how many entries
 * @return the entries in one block, to free(); NULL with errno set
 * @error EINVAL  there is no such format
 * @error EBADMSG  the text isn't of that format
 */
OS_API OS_NONNULL() OS_MUST_FREE
    struct os_config_entry *os_config_entries(const char *text, size_t size, const char *format,
                                              size_t *ret_count);

/**
 * The value of a key: where it comes several times, the one that counts, the first in ssh and the last
 * elsewhere.
 *
 * @param text  the file's content
 * @param size  how many bytes
 * @param format  its format
 * @param key  the key; an item of a list of json, toml and yaml is "hosts[0]"
 * @return the value, to free(); NULL with errno set
 * @error ENOENT  it has no such key
 * @error EINVAL  there is no such format
 * @error EBADMSG  the text isn't of that format
 */
OS_API OS_NONNULL() OS_MUST_FREE
    char *os_config_get(const char *text, size_t size, const char *format, const char *key);

/**
 * A configuration with a key set. The value takes the place of the one that counts; a key that isn't
 * there is put below a comment that shows it, else at the end of its section, written as its neighbours
 * are. In json, toml and yaml a value is written as a number or truth value where it is one, unless it
 * was a text before.
 *
 * @param text  the file's content
 * @param size  how many bytes
 * @param format  its format
 * @param key  the key, likewise; an item has to be there
 * @param value  its value
 * @param flags  OS_CONFIG_ADD: beside the values that the key has, in formats that have several
 * @param ret_size  how many bytes the new content has, or NULL
 * @return the new content, to free(); NULL with errno set
 * @error EINVAL  there is no such format, or it can't have such a key or value
 * @error EBADMSG  the text isn't of that format
 */
OS_API OS_NONNULL(1, 3, 4, 5) OS_MUST_FREE
    char *os_config_set(const char *text, size_t size, const char *format, const char *key,
                        const char *value, int flags, size_t *ret_size);

/** For os_config_set(): the key keeps the values that it has. */
#define OS_CONFIG_ADD 1

/**
 * A configuration without a key, whatever values it had.
 *
 * @param text  the file's content
 * @param size  how many bytes
 * @param format  its format
 * @param key  the key; one that isn't there is no error
 * @param ret_size  how many bytes the new content has, or NULL
 * @return the new content, to free(); NULL with errno set
 * @error EINVAL  there is no such format
 * @error EBADMSG  the text isn't of that format
 */
OS_API OS_NONNULL(1, 3, 4) OS_MUST_FREE
    char *os_config_unset(const char *text, size_t size, const char *format, const char *key,
                          size_t *ret_size);

OS_END_DECLS

#endif
