/* SPDX-License-Identifier: MIT */
/** Memory, CPUs and mounts for osier._psutil. */
#include "psutil.h"

PyDoc_STRVAR(set_procfs_doc, "set_procfs(path, /)\n--\n\nWhere /proc is.");
static PyObject *set_procfs(PyObject *module, PyObject *args) {
    (void)module;
    PyObject *path;
    if (!PyArg_ParseTuple(args, "O&", PyUnicode_FSConverter, &path))
        return NULL;
    int r = os_set_procfs_path(PyBytes_AS_STRING(path));
    Py_DECREF(path);
    if (r < 0)
        return error();
    Py_RETURN_NONE;
}

PyDoc_STRVAR(virtual_memory_doc, "virtual_memory()\n--\n\nSizes, as psutil orders them.");
static PyObject *virtual_memory(PyObject *module, PyObject *nothing) {
    (void)module, (void)nothing;
    struct os_virtual_memory_result m;
    if (os_virtual_memory(&m) < 0)
        return error();
    uint64_t v[] = {m.total,    m.available, m.used,   m.free,   m.active,
                    m.inactive, m.buffers,   m.cached, m.shared, m.slab};
    return Py_BuildValue("(KKKKKKKKKK)", v[0], v[1], v[2], v[3], v[4], v[5], v[6], v[7], v[8],
                         v[9]);
}

PyDoc_STRVAR(swap_memory_doc, "swap_memory()\n--\n\n(total, used, free, sin, sout)");
static PyObject *swap_memory(PyObject *module, PyObject *nothing) {
    (void)module, (void)nothing;
    struct os_swap_memory_result s;
    if (os_swap_memory(&s) < 0)
        return error();
    return Py_BuildValue("(KKKKK)", (unsigned long long)s.total, (unsigned long long)s.used,
                         (unsigned long long)s.free, (unsigned long long)s.sin,
                         (unsigned long long)s.sout);
}

PyDoc_STRVAR(cpu_times_doc,
             "cpu_times()\n--\n\nOf all CPUs together and of each: tuples of seconds.");
static PyObject *cpu_times(PyObject *module, PyObject *nothing) {
    (void)module, (void)nothing;
    size_t count;
    struct os_cpu_times *list = os_cpu_times(&count);
    if (!list)
        return error();
#define S(member) seconds(list[i].member)
    return LIST_OF(list, count, "(dddddddddd)", S(user), S(nice), S(system), S(idle), S(iowait),
                   S(irq), S(softirq), S(steal), S(guest), S(guest_nice));
#undef S
}

PyDoc_STRVAR(cpu_stats_doc, "cpu_stats()\n--\n\n(ctx_switches, interrupts, soft_interrupts)");
static PyObject *cpu_stats(PyObject *module, PyObject *nothing) {
    (void)module, (void)nothing;
    struct os_cpu_stats_result s;
    if (os_cpu_stats(&s) < 0)
        return error();
    return Py_BuildValue("(KKK)", (unsigned long long)s.ctx_switches,
                         (unsigned long long)s.interrupts, (unsigned long long)s.soft_interrupts);
}

PyDoc_STRVAR(cpu_cores_doc, "cpu_cores()\n--\n\nHow many cores; 0 where that isn't known.");
static PyObject *cpu_cores(PyObject *module, PyObject *nothing) {
    (void)module, (void)nothing;
    int count = os_cpu_count_cores();
    return count < 0 ? error() : PyLong_FromLong(count);
}

PyDoc_STRVAR(cpu_freq_doc, "cpu_freq()\n--\n\nOf each: (current, min, max), in MHz.");
static PyObject *cpu_freq(PyObject *module, PyObject *nothing) {
    (void)module, (void)nothing;
    size_t count;
    struct os_cpu_freq *list = os_cpu_freq(&count);
    if (!list)
        return error();
    return LIST_OF(list, count, "(ddd)", list[i].current, list[i].min, list[i].max);
}

PyDoc_STRVAR(boot_time_doc, "boot_time()\n--\n\nSeconds since the epoch.");
static PyObject *boot_time(PyObject *module, PyObject *nothing) {
    (void)module, (void)nothing;
    int64_t boot;
    return os_boot_time(&boot) < 0 ? error() : PyFloat_FromDouble(seconds(boot));
}

PyDoc_STRVAR(mounts_doc, "mounts()\n--\n\n(device, mountpoint, fstype, opts) of each.");
static PyObject *mounts(PyObject *module, PyObject *nothing) {
    (void)module, (void)nothing;
    size_t count;
    struct os_mount *list = os_mounts(OS_MOUNTS_PSEUDO, -1, &count);
    if (!list)
        return error();
    return LIST_OF(list, count, "(NNNN)", name_of(list[i].device), name_of(list[i].mountpoint),
                   name_of(list[i].fstype), name_of(list[i].opts));
}

PyMethodDef psutil_machine_methods[] = {
    {"set_procfs", set_procfs, METH_VARARGS, set_procfs_doc},
    {"virtual_memory", virtual_memory, METH_NOARGS, virtual_memory_doc},
    {"swap_memory", swap_memory, METH_NOARGS, swap_memory_doc},
    {"cpu_times", cpu_times, METH_NOARGS, cpu_times_doc},
    {"cpu_stats", cpu_stats, METH_NOARGS, cpu_stats_doc},
    {"cpu_cores", cpu_cores, METH_NOARGS, cpu_cores_doc},
    {"cpu_freq", cpu_freq, METH_NOARGS, cpu_freq_doc},
    {"boot_time", boot_time, METH_NOARGS, boot_time_doc},
    {"mounts", mounts, METH_NOARGS, mounts_doc},
    {0},
};
