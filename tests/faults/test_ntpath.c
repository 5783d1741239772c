/* SPDX-License-Identifier: MIT */
/** Faults in ntpath, and in os.path by the name of posixpath. */
#include "faults.h"

NO_FAULT(os_ntpath_basename_slice)
NO_FAULT(os_ntpath_dirname_slice)
NO_FAULT(os_ntpath_split_slices)
NO_FAULT(os_ntpath_splitext_slices)
NO_FAULT(os_ntpath_splitdrive_slices)
NO_FAULT(os_ntpath_splitroot_slices)
NO_FAULT(os_ntpath_isabs)
NO_FAULT(os_ntpath_isreserved)
NO_FAULT(os_posixpath_basename_slice)
NO_FAULT(os_posixpath_dirname_slice)
NO_FAULT(os_posixpath_split_slices)
NO_FAULT(os_posixpath_splitext_slices)
NO_FAULT(os_posixpath_splitdrive_slices)
NO_FAULT(os_posixpath_splitroot_slices)
NO_FAULT(os_posixpath_isabs)

FAULT(os_ntpath_basename, .filename = "C:\\a.b") {
    return fault_free(os_ntpath_basename("C:\\a.b"));
}
FAULT(os_ntpath_dirname, .filename = "C:\\a.b") {
    return fault_free(os_ntpath_dirname("C:\\a.b"));
}
FAULT(os_ntpath_split, .filename = "C:\\a.b") {
    return fault_free(os_ntpath_split("C:\\a.b"));
}
FAULT(os_ntpath_splitext, .filename = "C:\\a.b") {
    return fault_free(os_ntpath_splitext("C:\\a.b"));
}
FAULT(os_ntpath_splitdrive, .filename = "C:\\a.b") {
    return fault_free(os_ntpath_splitdrive("C:\\a.b"));
}
FAULT(os_ntpath_splitroot, .filename = "C:\\a.b") {
    return fault_free(os_ntpath_splitroot("C:\\a.b"));
}
FAULT(os_ntpath_normcase, .filename = "C:\\a.b") {
    return fault_free(os_ntpath_normcase("C:\\a.b"));
}
FAULT(os_ntpath_normpath, .filename = "C:\\a.b") {
    return fault_free(os_ntpath_normpath("C:\\a.b"));
}
FAULT_CASE(os_ntpath_normcase, beyond_ascii, .filename = "\u00c4/B") {
    return fault_free(os_ntpath_normcase("\u00c4/B"));
}
FAULT(os_ntpath_join, .filename = "a") {
    return fault_free(os_ntpath_join("a", "b"));
}
FAULT_CASE(os_ntpath_join, of_many, .filename = "a") {
    return fault_free(os_ntpath_join("a", "b", "c", "d", "e", "f", "g", "h", "i", "j"));
}
FAULT(os_ntpath_joinv, .filename = "a") {
    const char *const paths[] = {"a", "b", "c", "d", "e", "f", "g", "h", "i", NULL};
    return fault_free(os_ntpath_joinv(paths));
}
FAULT(os_ntpath_relpath, .filename = "a") {
    return fault_free(os_ntpath_relpath("a", "b"));
}
FAULT_CASE(os_ntpath_relpath, beyond_ascii, .filename = "\\\\s\\\u00c4\\a") {
    return fault_free(os_ntpath_relpath("\\\\s\\\u00c4\\a", "\\\\s\\\u00e4\\\u00c4"));
}
FAULT(os_ntpath_commonpath) {
    const char *const paths[] = {"a/b", "a/c", NULL};
    return fault_free(os_ntpath_commonpath(paths));
}
FAULT(os_ntpath_commonprefix, .operation = "path_commonprefix") {
    const char *const paths[] = {"a/b", "a/c", NULL};
    return fault_free(os_ntpath_commonprefix(paths));
}
FAULT(os_ntpath_expandvars, .filename = "$PATH/x") {
    return fault_free(os_ntpath_expandvars("$PATH/x"));
}
FAULT(os_posixpath_basename, .operation = "path_basename", .filename = "a/b.c") {
    return fault_free(os_posixpath_basename("a/b.c"));
}
FAULT(os_posixpath_dirname, .operation = "path_dirname", .filename = "a/b.c") {
    return fault_free(os_posixpath_dirname("a/b.c"));
}
FAULT(os_posixpath_split, .operation = "path_split", .filename = "a/b.c") {
    return fault_free(os_posixpath_split("a/b.c"));
}
FAULT(os_posixpath_splitext, .operation = "path_splitext", .filename = "a/b.c") {
    return fault_free(os_posixpath_splitext("a/b.c"));
}
FAULT(os_posixpath_splitdrive, .operation = "path_splitdrive", .filename = "a/b.c") {
    return fault_free(os_posixpath_splitdrive("a/b.c"));
}
FAULT(os_posixpath_splitroot, .operation = "path_splitroot", .filename = "a/b.c") {
    return fault_free(os_posixpath_splitroot("a/b.c"));
}
FAULT(os_posixpath_normcase, .operation = "path_normcase", .filename = "a/b.c") {
    return fault_free(os_posixpath_normcase("a/b.c"));
}
FAULT(os_posixpath_normpath, .operation = "path_normpath", .filename = "a/b.c") {
    return fault_free(os_posixpath_normpath("a/b.c"));
}
FAULT(os_posixpath_join, .operation = "path_join", .filename = "a") {
    return fault_free(os_posixpath_join("a", "b"));
}
FAULT_CASE(os_posixpath_join, of_many, .operation = "path_join", .filename = "a") {
    return fault_free(os_posixpath_join("a", "b", "c", "d", "e", "f", "g", "h", "i", "j"));
}
FAULT(os_posixpath_joinv, .operation = "path_joinv", .filename = "a") {
    const char *const paths[] = {"a", "b", "c", "d", "e", "f", "g", "h", "i", NULL};
    return fault_free(os_posixpath_joinv(paths));
}
FAULT(os_posixpath_relpath, .operation = "path_relpath", .filename = "a") {
    return fault_free(os_posixpath_relpath("a", "b"));
}
FAULT(os_posixpath_commonpath, .operation = "path_commonpath") {
    const char *const paths[] = {"a/b", "a/c", NULL};
    return fault_free(os_posixpath_commonpath(paths));
}
FAULT(os_posixpath_commonprefix, .operation = "path_commonprefix") {
    const char *const paths[] = {"a/b", "a/c", NULL};
    return fault_free(os_posixpath_commonprefix(paths));
}
FAULT(os_posixpath_expandvars, .operation = "path_expandvars", .filename = "$PATH/x") {
    return fault_free(os_posixpath_expandvars("$PATH/x"));
}
