/* SPDX-License-Identifier: MIT */
/* How much memory the machine has, and how it is used. */
#include <osier.h>
#include <stdio.h>
#include <string.h>

int main(void) {
    struct os_virtual_memory_result memory;
    struct os_swap_memory_result swap;
    size_t count;
    os_autofree struct os_named_number *lines = os_meminfo(&count);
    if (!lines || os_virtual_memory(&memory) < 0 || os_swap_memory(&swap) < 0) {
        os_perror("memory");
        return 1;
    }
    printf("a part is available: %d\n", memory.available <= memory.total);
    printf("a part of the swap is used: %d\n", swap.used <= swap.total);
    for (size_t i = 0; i < count; i++)
        if (strcmp(lines[i].name, "MemTotal") == 0)
            printf("the same total: %d\n", (uint64_t)lines[i].number == memory.total);
    return 0;
}

/* It prints:
 *     a part is available: 1
 *     a part of the swap is used: 1
 *     the same total: 1
 */
