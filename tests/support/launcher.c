/* SPDX-License-Identifier: MIT */
/** The interpreter as its own program would be, with osier in the place of os from the start: also
 *  for children that look at no site-packages (-S) and no environment (-I). Built by
 *  tools/check-cpython, which says in OSIER where the package is, or leaves it away. */
#include <Python.h>

int main(int argc, char **argv) {
    PyConfig config;
    PyConfig_InitPythonConfig(&config);
    PyStatus status = PyConfig_SetBytesArgv(&config, argc, argv);
    if (!PyStatus_Exception(status))
        status = Py_InitializeFromConfig(&config);
    PyConfig_Clear(&config);
    if (PyStatus_Exception(status))
        Py_ExitStatusException(status);
#ifdef OSIER
    if (PyRun_SimpleString("def install():\n"
                           "    import sys\n"
                           "    sys.path.insert(0, '" OSIER "')\n"
                           "    import osier\n"
                           "    sys.path.remove('" OSIER "')\n"
                           "    osier.install()\n"
                           "install()\n"
                           "del install\n") < 0)
        return 70;
#endif
    return Py_RunMain();
}
