/* SPDX-License-Identifier: MIT */
/**
 * Commands of osier's own.
 *
 * A verb is declared like a function of the library: the comment is what --help, the manual and the
 * completions are made of. Its @shell line names the words it takes, and each has a @param.
 */
#ifndef CLI_VERBS_H
#define CLI_VERBS_H

#include "call.h"

/**
 * Lists a tree: every path below, each directory before what is in it.
 *
 * With --json a list of directories with their names, as os.walk gives them. A directory that can't
 * be read is told on stderr, and the walk goes on.
 *
 * @param path  where to begin
 * @param bottom_up  a directory comes after what is in it
 * @param follow_links  go into links to directories, but not round in circles
 * @param one_file_system  leave out what is mounted below
 * @param max_depth  how many levels to go down; 1 is what is in the directory itself
 * @param type  print only these: d for directories, f for everything else
 * @param threads  how many read ahead; -1 for as many as help
 * @group files
 * @since 0.1
 * @shell walk [PATH=.] [--bottom-up] [--follow-links] [-x|--one-file-system] [--max-depth=N]
 * [--type=TYPE] [--threads=N] -> custom
 */
int verb_walk(struct call *call);

/**
 * Prints the paths that match a pattern.
 *
 * `*`, `?`, `[a-z]` and `[!a-z]` stand for parts of a name, `**` for directories at any depth.
 * Nothing that matches is exit status 1.
 *
 * @param pattern  what to look for; quote it, or the shell does it before
 * @param include_hidden  `*` and its like match names that begin with a dot, too
 * @param root_dir  where to look; the paths printed are relative to it
 * @group files
 * @since 0.1
 * @shell glob PATTERN [--include-hidden] [--root-dir=DIR] -> custom
 */
int verb_glob(struct call *call);

/**
 * Tells where two trees, or two files, differ. Differences are exit status 1, trouble is 2.
 *
 * @param left  a directory or a file
 * @param right  what it is compared with
 * @param shallow  take files of the same size and time for the same
 * @param modes  compare permission bits, too
 * @param owners  compare users and groups, too
 * @param times  compare times of change, too
 * @param ignore  a pattern of names to leave out; may come again for more
 * @group files
 * @since 0.1
 * @shell compare LEFT RIGHT [--shallow] [--modes] [--owners] [--times]
 * [--ignore=PATTERN...] -> custom
 */
int verb_compare(struct call *call);

/**
 * Removes files, and whole trees if asked for. Links are removed, never followed.
 *
 * @param paths  what to remove
 * @param recursive  directories, with everything in them
 * @param force  what isn't there is no error
 * @param one_file_system  leave alone what is mounted below
 * @group files
 * @since 0.1
 * @shell rm PATHS... [-r|--recursive] [-f|--force] [-x|--one-file-system] -> custom
 */
int verb_rm(struct call *call);

/**
 * Copies files and whole trees with modes, times and extended attributes.
 *
 * Links are copied as links. On a terminal a bar shows how far it has come.
 *
 * @param paths  what to copy; the last one is where to: a new path, or a directory to put it into
 * @param owner  keep users and groups
 * @param hard_links  files with several names stay one
 * @param special_files  make pipes, sockets and devices anew
 * @param follow_links  copy what links lead to, in their place
 * @param merge  copy into directories that are there already
 * @param ignore  a pattern of names to leave out; may come again for more
 * @group files
 * @since 0.1
 * @shell cp PATHS... [--owner] [--hard-links] [--special-files] [--follow-links] [--merge]
 * [--ignore=PATTERN...] -> custom
 */
int verb_cp(struct call *call);

/**
 * Moves files and trees, to another file system too.
 *
 * @param paths  what to move; the last one is where to: a new path, or a directory to put it into
 * @group files
 * @since 0.1
 * @shell mv PATHS... -> custom
 */
int verb_mv(struct call *call);

/**
 * Shows what takes the space in a tree: a table with bars, the largest first.
 *
 * A file with several hard links counts once. With --json all numbers are in bytes.
 *
 * @param path  what to measure
 * @param depth  list directories so many levels down
 * @param all  list files, too
 * @param top  list so many at most
 * @param apparent  count what can be read, not what the disk gives for it
 * @param one_file_system  leave out what is mounted below
 * @param html  write a treemap to look at in a browser to this file
 * @param svg  write it as a picture to this file
 * @group files
 * @since 0.1
 * @shell usage [PATH=.] [--depth=N] [-a|--all] [--top=N] [--apparent] [-x|--one-file-system]
 * [--html=FILE] [--svg=FILE] -> custom
 */
int verb_usage(struct call *call);

#endif
