/* SPDX-License-Identifier: MIT */
/**
 * Settings of the machine: what is in force, what is configured for the next start, and where that
 * stands; both set at once, or neither.
 *
 * Files are changed by a plan (osier/plan.h), so that os_undo() brings them back. What is in force of a
 * kernel parameter or the host's name is set with it, and set back where the file can't be written.
 *
 * @since 0.1
 */
#ifndef OSIER_SETTINGS_H
#define OSIER_SETTINGS_H

#include <osier/types.h>

OS_BEGIN_DECLS

/** A kind of settings. */
enum os_settings_kind {
    OS_SETTINGS_SYSCTL = 0,   /**< parameters of the kernel, "net.ipv4.ip_forward" */
    OS_SETTINGS_HOSTNAME = 1, /**< the name of the machine */
    OS_SETTINGS_TIMEZONE = 2, /**< the time zone, "Europe/Berlin" */
    OS_SETTINGS_LOCALE = 3    /**< the locale: "LANG", "LC_TIME" … */
};

/** What os_settings() reads besides; also the bits of a record's `valid`. */
enum os_settings_fields {
    OS_SETTINGS_VALUE = 1 << 0,     /**< what is in force */
    OS_SETTINGS_CONFIGURED = 1 << 1 /**< what is configured */
};

/**
 * A setting.
 *
 * @table name, value, configured, source
 */
struct os_setting {
    unsigned valid;    /**< the bits of what was read */
    const char *name;  /**< what it is called */
    const char *value; /**< what is in force; NULL where it can't be read [OS_SETTINGS_VALUE] */
    const char *configured; /**< what a start makes of it; NULL: nothing [OS_SETTINGS_CONFIGURED] */
    const char *source; /**< where that stands: "/etc/sysctl.d/x.conf:3" [OS_SETTINGS_CONFIGURED] */
    bool agree; /**< nothing else is configured than what is in force [OS_SETTINGS_CONFIGURED] */
};

/**
 * Settings of a kind, by their names.
 *
 * What is configured of the kernel's parameters is what systemd-sysctl(8) makes of the files of
 * sysctl.d(5) at a start: files in the order of their names, whatever directory they are in, the last
 * line counts, and lines with patterns for what has none of its own.
 *
 * @param kind  which
 * @param pattern  those alone that are called so: a name, the beginning of one ("net.ipv4"), or a
 *                 pattern ("net.*.forwarding"); or NULL for all
 * @param fields  bits of enum os_settings_fields: what to read
 * @param ret_count  set to how many there are
 * @return an array with its texts in one block, to free(); NULL with errno set
 * @error EINVAL  a kind or fields that are none
 * @error ENOENT  nothing is called so
 * @source sysctl.d(5), hostname(5), localtime(5), locale.conf(5)
 * @shell os.settings KIND [PATTERN] -> list of setting
 */
OS_API OS_MUST_FREE OS_NONNULL(4) struct os_setting *os_settings(enum os_settings_kind kind,
                                                                 const char *pattern,
                                                                 unsigned fields,
                                                                 size_t *ret_count);

/** What os_set_setting() does otherwise. */
enum os_set_setting_flags {
    OS_SETTING_RUNTIME = 1 << 0,    /**< what is in force alone, until the next start */
    OS_SETTING_PERSISTENT = 1 << 1, /**< what is configured alone */
    OS_SETTING_FORCE = 1 << 2 /**< where a later file says otherwise, in one that is later still */
};

/**
 * Sets a setting: what is in force and what is configured, both or neither.
 *
 * A parameter of the kernel is written to /etc/sysctl.d/60-osier.conf, where every other line stays.
 * With a later file that says otherwise it would be undone by the next start: nothing is done then.
 * A host's name is changed in /etc/hosts, too, where it stands at 127.0.1.1. Of a recorded machine
 * (os_set_root()) what is configured is set.
 *
 * @param kind  which
 * @param name  what it is called; "" for the kinds that have one alone
 * @param value  what it shall be
 * @param flags  bits of enum os_set_setting_flags, 0: both, and not against a later file
 * @param ret_value  set to what is in force now, to free(): the kernel may have made another number
 *                   of it; or NULL
 * @param ret_id  set to the number of the transaction, for os_undo(), 0: no file was changed; or NULL. As
 *                with os_plan_apply() it is set too where the call fails with EIO after the change
 * @return 0, or −1 with errno set and everything as it was
 * @error ENOENT  nothing is called so; there is no such time zone
 * @error EINVAL  no such value: the kernel refuses it, or it is no name; no such locale is installed
 * @error EACCES  not permitted, as EPERM and EROFS
 * @error EEXIST  a later file says otherwise: the record's name is its path and line
 * @error ENOTSUP  what is in force of a recorded machine, or of a kind that has nothing of the kind
 * @source sysctl.d(5), sethostname(2)
 * @shell no: `osier set`
 */
OS_API OS_NONNULL(2, 3) int os_set_setting(enum os_settings_kind kind, const char *name,
                                           const char *value, int flags, char **ret_value,
                                           uint64_t *ret_id);

/**
 * Sets several settings of one kind: all of them or none, in force and as configured.
 *
 * What is in force is set one after the other, and set back where a later one is refused. What is configured is
 * changed by one transaction: whenever the program dies, all of it stands or nothing, once os_recover() has looked.
 *
 * @param kind  which
 * @param assignments  "NAME=VALUE" texts, then NULL; "=VALUE" for the kinds that have one alone
 * @param flags  bits of enum os_set_setting_flags, 0: both, and not against a later file
 * @param ret_values  set to what is in force now, one for each and then NULL, to free(): "" where nothing is in
 *                    force apart from what is configured; or NULL
 * @param ret_id  set to the number of the transaction, as os_set_setting() does; or NULL
 * @return 0, or −1 with errno set and everything as it was; the record names the one that failed
 * @error EINVAL  one without a `=`, none at all, or what os_set_setting() refuses
 * @error ENOENT  what os_set_setting() doesn't find
 * @error EEXIST  a later file says otherwise: the record's name is its path and line
 * @source sysctl.d(5), locale.conf(5)
 * @shell no: `osier set`
 */
OS_API OS_NONNULL(2) int os_set_settings(enum os_settings_kind kind, char *const *assignments,
                                         int flags, char ***ret_values, uint64_t *ret_id);

OS_END_DECLS

#endif
