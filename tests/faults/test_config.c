/* SPDX-License-Identifier: MIT */
/** Faults in configuration files: without memory nothing is answered, and nothing is left. */
#include "faults.h"

#include <string.h>

NO_FAULT(os_config_format)

static const char unit[] = "[a]\nx = 1 \\\n 2\n#y = 1\n[b]\nz = 3\n";
static const char json[] = "{\"a\": {\"b\": \"c\"}, \"d\": [1]}";
static const char toml[] = "a.b = 1\n[c]\nd = {e = 1}\n";
static const char yaml[] = "a:\n  b: 'c'\n  d: \"e\\n\"\n";
static const char hosts[] = "10.0.0.1 a b\n";

static long set(const char *format, const char *text, const char *key) {
    size_t size;
    return fault_free(os_config_set(text, strlen(text), format, key, "v w", 0, &size));
}

FAULT(os_config_entries) {
    size_t count;
    return fault_free(os_config_entries(unit, strlen(unit), "unit", &count));
}

FAULT_CASE(os_config_entries, json) {
    size_t count;
    return fault_free(os_config_entries(json, strlen(json), "json", &count));
}

FAULT_CASE(os_config_entries, yaml) {
    size_t count;
    return fault_free(os_config_entries(yaml, strlen(yaml), "yaml", &count));
}

FAULT_CASE(os_config_entries, hosts) {
    size_t count;
    return fault_free(os_config_entries(hosts, strlen(hosts), "hosts", &count));
}

FAULT(os_config_get) {
    return fault_free(os_config_get(toml, strlen(toml), "toml", "c.d.e"));
}

FAULT(os_config_set) {
    return set("unit", unit, "a.y");
}

FAULT_CASE(os_config_set, section) {
    return set("ini", unit, "new.y");
}

FAULT_CASE(os_config_set, json) {
    return set("json", json, "a.f");
}

FAULT_CASE(os_config_set, toml) {
    return set("toml", toml, "n.m");
}

FAULT_CASE(os_config_set, in_place) {
    return set("toml", toml, "c.d.f");
}

FAULT_CASE(os_config_set, yaml) {
    return set("yaml", yaml, "a.b");
}

FAULT_CASE(os_config_set, env) {
    return set("env", "A='b'\n", "A");
}

FAULT(os_config_unset) {
    return fault_free(os_config_unset(unit, strlen(unit), "unit", "a.x", NULL));
}

FAULT_CASE(os_config_unset, hosts) {
    return fault_free(os_config_unset(hosts, strlen(hosts), "hosts", "b", NULL));
}
