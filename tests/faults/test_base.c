/* SPDX-License-Identifier: MIT */
/** Faults in the ground floor: the error record, the version. */
#include "faults.h"

NO_FAULT(os_version)
NO_FAULT(os_free_pointer)
NO_FAULT(os_last_error)
NO_FAULT(os_perror) /* shows the bare message where there is no memory for the whole one */
NO_FAULT(os_error_name)
NO_FAULT(os_strerror)
NO_FAULT(os_set_interrupt_handler)
NO_FAULT(os_character_width)
NO_FAULT(os_fsdecode_character)

FAULT(os_quote) {
    return fault_free(os_quote("a\nb"));
}

FAULT(os_error_text, .no_record = true) {
    errno = ENOENT;
    return fault_free(os_error_text());
}
