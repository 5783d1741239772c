/* SPDX-License-Identifier: MIT */
/** Where programs are looked for. */
#ifndef ENV_EXEC_PATH_H
#define ENV_EXEC_PATH_H

/** PATH in `env` ("K=V" texts, then NULL), or in the environment if that is NULL; without one Python's
 *  os.defpath: a block of its own, 0 or −ENOMEM. */
int exec_path(char *const *env, char **ret_path);

/** The directories of `path`, or with `file` its name in each of them: one block that ends with NULL,
 *  0 or −ENOMEM. */
int exec_path_split(const char *path, const char *file, char ***ret_list);

#endif
