/* SPDX-License-Identifier: MIT */
/* The constants of Python's os by their names, as a configuration file may spell them. */
#include <inttypes.h>
#include <osier.h>
#include <stdio.h>

int main(void) {
    int64_t value;
    if (os_constant("EX_NOHOST", &value) == 0)
        printf("EX_NOHOST is %" PRId64 "\n", value);
    printf("the null device is %s\n", os_constant_text("devnull"));

    size_t count, flags = 0;
    const struct os_named_constant *constants = os_constants(&count);
    for (size_t i = 0; i < count; i++)
        flags += constants[i].kind == OS_CONSTANT_INT && constants[i].name[0] == 'O' &&
                 constants[i].name[1] == '_';
    printf("more than ten names begin with O_: %d\n", flags > 10);
    return 0;
}

/* It prints:
 *     EX_NOHOST is 68
 *     the null device is /dev/null
 *     more than ten names begin with O_: 1
 */
