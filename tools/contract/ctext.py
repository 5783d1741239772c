# SPDX-License-Identifier: MIT
"""What C calls things: which types hold what, and a text as a literal."""

import re

UNSIGNED = {"uid_t", "gid_t", "mode_t", "dev_t", "ino_t", "nlink_t", "rlim_t", "id_t"}
SIGNED = {"int", "long", "short", "long long", "pid_t", "off_t", "time_t", "ssize_t", "idtype_t", "clockid_t"}


def c_string(text):
    if text is None:
        return "NULL"
    escaped = re.sub(r'(["\\])', r"\\\1", text).replace("\n", "\\n")
    return f'"{escaped}"'


def is_pointer(type):
    return type.endswith("*")


def unsigned_type(type):
    return type in UNSIGNED or (type.startswith(("uint", "unsigned", "size_t")) and not is_pointer(type))


def integer_type(type):
    return type in SIGNED or bool(re.fullmatch(r"int\w*_t", type)) or type.startswith("enum ") or unsigned_type(type)


def text_type(type):
    return type in ("const char *", "char *")


def text_list(variable):
    stars = variable.type.count("*") + (variable.array is not None)
    return bool(re.search(r"\bchar\b", variable.type)) and stars == 2
