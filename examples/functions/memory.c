/* SPDX-License-Identifier: MIT */
/* How much memory the machine has, and how it is used. */
#include <osier.h>
#include <stdio.h>
#include <string.h>

int main(void) {
    struct os_virtual_memory_result memory;
    struct os_swap_memory_result swap;
    size_t count, events;
    os_autofree struct os_named_number *lines = os_meminfo(&count);
    os_autofree struct os_named_number *event = os_vmstat(&events);
    if (!lines || !event || os_virtual_memory(&memory) < 0 || os_swap_memory(&swap) < 0) {
        os_perror("memory");
        return 1;
    }
    printf("a part is available: %d\n", memory.available <= memory.total);
    printf("a part of the swap is used: %d\n", swap.used <= swap.total);
    for (size_t i = 0; i < count; i++)
        if (strcmp(lines[i].name, "MemTotal") == 0)
            printf("the same total: %d\n", (uint64_t)lines[i].number == memory.total);
    for (size_t i = 0; i < events; i++)
        if (strcmp(event[i].name, "pgfault") == 0)
            printf("pages were missing: %d\n", event[i].number > 0);
    return 0;
}

/* It prints:
 *     a part is available: 1
 *     a part of the swap is used: 1
 *     the same total: 1
 *     pages were missing: 1
 */
