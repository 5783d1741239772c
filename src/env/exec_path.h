/* SPDX-License-Identifier: MIT */
/** Where programs are looked for. */
#ifndef ENV_EXEC_PATH_H
#define ENV_EXEC_PATH_H

/** The parts of PATH in `env` ("K=V" texts, then NULL), or in the environment if that is NULL; one
 *  block that ends with NULL: 0 or −ENOMEM. */
int exec_path(char *const *env, char ***ret_list);

#endif
