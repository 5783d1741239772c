/* SPDX-License-Identifier: MIT */
/**
 * What kind of machine it is: its system, what it runs in, its modules, who is logged in, what its
 * sensors and batteries tell.
 *
 * @since 0.1
 */
#ifndef OSIER_HOST_H
#define OSIER_HOST_H

#include <osier/types.h>

OS_BEGIN_DECLS

/**
 * Which system is installed: the assignments of os-release(5), without quotes.
 *
 * @return a list of "NAME=value" texts in one block, to free(); NULL with errno set
 * @error ENOENT  the system doesn't tell
 * @python platform.freedesktop_os_release()
 * @source os-release(5)
 * @shell os.release -> dict
 */
OS_API OS_MUST_FREE char **os_release(void);

/** What os_virtualization() tells. */
struct os_virtualization_result {
    const char *machine;   /**< whose virtual machine it is: kvm, vmware, xen …; NULL: no one's */
    const char *container; /**< what kind of container it is: docker, lxc, podman …; NULL: none */
};

/**
 * Whether programs here run in a virtual machine, and in a container.
 *
 * @param ret_virtualization  set to the names, which are static
 * @return 0, or −1 with errno set
 * @source systemd-detect-virt(1)
 * @shell os.virtualization -> virtualization
 */
OS_API OS_NONNULL() int os_virtualization(struct os_virtualization_result *ret_virtualization);

/**
 * A module of the kernel.
 *
 * @table name, size, refcount, used_by, state
 */
struct os_module {
    const char *name;    /**< its name */
    uint64_t size;       /**< its memory [bytes] */
    int64_t refcount;    /**< how many use it; −1: it can't be unloaded */
    const char *used_by; /**< the modules that use it, with commas */
    const char *state;   /**< Live, Loading or Unloading */
};

/**
 * The modules that the kernel has loaded; what is built into it is none.
 *
 * @param ret_count  set to how many there are
 * @return an array with its texts in one block, to free(); NULL with errno set
 * @source proc_modules(5)
 * @shell os.modules -> list of module
 */
OS_API OS_MUST_FREE OS_NONNULL() struct os_module *os_modules(size_t *ret_count);

/**
 * A limit of a process.
 *
 * @table name, soft, hard, unit
 */
struct os_limit {
    const char *name; /**< what is limited: "open files" */
    uint64_t soft;    /**< the limit; 2⁶⁴ − 1: none */
    uint64_t hard;    /**< what the process may raise it to; 2⁶⁴ − 1: whatever it wants */
    const char *unit; /**< of what: "files", "bytes"; NULL: a plain number */
};

/**
 * The limits of a process.
 *
 * @param pid  the process; 0: this one
 * @param ret_count  set to how many there are
 * @return an array with its texts in one block, to free(); NULL with errno set
 * @error ESRCH  no such process
 * @error EACCES  it is another user's
 * @source proc_pid_limits(5)
 * @shell os.limits [PID=0] -> list of limit
 */
OS_API OS_MUST_FREE OS_NONNULL() struct os_limit *os_limits(pid_t pid, size_t *ret_count);

/**
 * Somebody who is logged in.
 *
 * @table name, terminal, host, started, pid
 */
struct os_login {
    const char *name;     /**< the user */
    const char *terminal; /**< where: "tty1", "pts/0"; NULL: nowhere one can type */
    const char *host;     /**< from where, "" from here */
    int64_t started;      /**< since when [time] */
    pid_t pid;            /**< the process that began it, 0: unknown */
};

/**
 * Who is logged in: the sessions of logind, or of utmp(5) where there are none.
 *
 * @param ret_count  set to how many there are
 * @return an array with its texts in one block, to free(); NULL with errno set
 * @python psutil.users()
 * @source utmp(5), /run/systemd/sessions
 * @shell os.logins -> list of login
 */
OS_API OS_MUST_FREE OS_NONNULL() struct os_login *os_logins(size_t *ret_count);

/** What a sensor measures. */
enum os_sensor_kind {
    OS_SENSOR_TEMPERATURE = 0, /**< a temperature, in degrees Celsius */
    OS_SENSOR_FAN = 1          /**< a fan, in turns a minute */
};

/**
 * A sensor.
 *
 * @table chip, label, kind, current, high, critical
 */
struct os_sensor {
    const char *chip;         /**< the chip that has it */
    const char *label;        /**< what it is at, "" where that isn't known */
    enum os_sensor_kind kind; /**< what it measures */
    double current;           /**< now */
    double high;              /**< what is high; NaN: unknown */
    double critical;          /**< what is too high; NaN: unknown */
};

/**
 * The temperatures and fans of the machine; those of thermal zones where no chip tells any.
 *
 * @param ret_count  set to how many there are
 * @return an array with its texts in one block, to free(); NULL with errno set
 * @python psutil.sensors_temperatures(fahrenheit=False), psutil.sensors_fans()
 * @source /sys/class/hwmon, /sys/class/thermal
 * @shell os.sensors -> list of sensor
 */
OS_API OS_MUST_FREE OS_NONNULL() struct os_sensor *os_sensors(size_t *ret_count);

/**
 * A battery.
 *
 * @table name, percent, status, time_left
 */
struct os_battery {
    const char *name;   /**< what it is called: BAT0 */
    const char *status; /**< Charging, Discharging, Full, "Not charging" or Unknown */
    double percent;     /**< how full it is; NaN: unknown */
    double time_left;   /**< seconds until it is empty; NaN: unknown, or it is being charged
                             [duration] */
};

/**
 * The batteries of the machine.
 *
 * @param ret_count  set to how many there are
 * @return an array with its texts in one block, to free(); NULL with errno set
 * @python psutil.sensors_battery()
 * @source /sys/class/power_supply
 * @shell os.batteries -> list of battery
 */
OS_API OS_MUST_FREE OS_NONNULL() struct os_battery *os_batteries(size_t *ret_count);

OS_END_DECLS

#endif
