/* SPDX-License-Identifier: MIT */
/** What rmtree, copytree … share: errors, progress, and the way from a path to a tree. */
#include "tree/job.h"

#include "base/error.h"
#include "base/seam.h"
#include <fcntl.h>
#include <string.h>

/* ---------------------------------------------------------------------------- progress */

static int tell_progress(struct job *job) {
    if (!job->control.on_progress)
        return 0;
    struct os_progress progress = {
        atomic_load(&job->directories),
        atomic_load(&job->entries),
        atomic_load(&job->bytes),
    };
    return job->control.on_progress(&progress, job->control.data) ? -ECANCELED : 0;
}

static int tick(void *data) {
    return tell_progress(data);
}

/* ------------------------------------------------------------------------------ errors */

static int path_of(struct job *job, int side, const struct tree_node *node, const char *name,
                   char **ret_path) {
    AUTO_STR path = STR_INIT;
    str_append_text(&path, job->root[side]);
    if (node)
        tree_append_path(&path, node, name);
    return str_take(&path, ret_path);
}

/* Keeps the failure for the public function; the first one counts. */
static void keep(struct job *job, struct os_error *error, char *path[TREE_SIDES]) {
    if (job->error)
        return;
    job->error = -error->number;
    job->failed_operation = error->operation;
    for (int i = 0; i < TREE_SIDES; i++)
        job->failed[i] = TAKE_POINTER(path[i]);
}

static int report(struct job *job, const struct tree_node *node, const char *name,
                  const char *operation, int number, int side) {
    char *path[TREE_SIDES] = {NULL, NULL};
    if (job->control.ignore_errors && !job->control.on_error)
        return 0;
    path_of(job, side == 1, node, name, &path[0]); /* without memory it goes without a name */
    if (side == 2)
        path_of(job, 1, node, name, &path[1]);
    struct os_error error = {-number, operation, path[0], path[1], NULL};
    pthread_mutex_lock(&job->reporting);
    bool handled = job->control.on_error && !job->error &&
                   job->control.on_error(&error, job->control.data) == 0;
    if (!handled && !job->control.ignore_errors)
        keep(job, &error, path);
    pthread_mutex_unlock(&job->reporting);
    free(path[0]);
    free(path[1]);
    return handled || job->control.ignore_errors || job->goes_on ? 0 : number;
}

int job_failed(struct job *job, const struct tree_node *node, const char *name,
               const char *operation, int error) {
    return report(job, node, name, operation, error, 0);
}

int job_failed_at(struct job *job, int side, const struct tree_node *node, const char *name,
                  const char *operation, int error) {
    return report(job, node, name, operation, error, side);
}

int job_pause(struct job *job) {
    if (pthread_equal(job->thread, pthread_self()))
        tree_tick(job->tree);
    return tree_stopping(job->tree) ? -ECANCELED : 0;
}

int job_client_failed(struct tree_worker *w, struct tree_node *node, const char *name,
                      const char *operation, int error) {
    return job_failed(job_of(w), node, name, operation, error);
}

/* ---------------------------------------------------------------------- begin, run, end */

int job_begin(struct job *job, const struct tree_client *client, int sides,
              const struct os_tree_control *control) {
    job->control = *control;
    job->thread = pthread_self();
    pthread_mutex_init(&job->reporting, NULL);
    const struct tree_options options = {
        .client = client,
        .data = job,
        .sides = sides,
        .one_file_system = control->one_file_system,
        .threads = control->threads,
        .tick = control->on_progress ? tick : NULL,
    };
    if (control->threads < 0)
        return -EINVAL;
    return tree_new(&options, &job->tree);
}

int job_run(struct job *job, const int fd[TREE_SIDES]) {
    int r = tree_run(job->tree, fd);
    if (r >= 0 && job->error)
        r = job->error;
    return r < 0 ? r : tell_progress(job);
}

int job_end(struct job *job, int r) {
    job->tree = tree_free(job->tree);
    pthread_mutex_destroy(&job->reporting);
    if (r < 0 && job->error)
        error_fail(job->error, job->failed_operation, job->failed[0], job->failed[1]);
    else if (r < 0)
        error_fail(r, job->operation, job->root[0], NULL);
    int saved = errno;
    free(job->failed[0]);
    free(job->failed[1]);
    errno = saved;
    return r < 0 ? -1 : 0;
}

int job_open_root(int dir_fd, const char *path, bool follow) {
    size_t size = strlen(path);
    int flags = DIR_OPEN | (follow ? 0 : O_NOFOLLOW);
    if (follow || size < 2 || path[size - 1] != '/')
        return SYS(openat, dir_fd, path, flags);
    while (size > 1 && path[size - 1] == '/')
        size--;
    AUTO_FREE char *bare = mem_text(path, size);
    return bare ? SYS(openat, dir_fd, bare, flags) : -ENOMEM;
}
