/* SPDX-License-Identifier: MIT */
/** The whole of osier: Python's os module for C, one header a topic. */
#ifndef OSIER_H
#define OSIER_H

#include <osier/attributes.h>
#include <osier/cgroup.h>
#include <osier/config.h>
#include <osier/constants.h>
#include <osier/contents.h>
#include <osier/cpu.h>
#include <osier/descriptors.h>
#include <osier/directories.h>
#include <osier/disks.h>
#include <osier/environ.h>
#include <osier/error.h>
#include <osier/events.h>
#include <osier/files.h>
#include <osier/host.h>
#include <osier/machine.h>
#include <osier/memory.h>
#include <osier/mounts.h>
#include <osier/network.h>
#include <osier/ntpath.h>
#include <osier/params.h>
#include <osier/path.h>
#include <osier/plan.h>
#include <osier/posixpath.h>
#include <osier/pressure.h>
#include <osier/process.h>
#include <osier/processes.h>
#include <osier/root.h>
#include <osier/run.h>
#include <osier/scheduler.h>
#include <osier/settings.h>
#include <osier/shell.h>
#include <osier/sockets.h>
#include <osier/spawn.h>
#include <osier/stat.h>
#include <osier/state.h>
#include <osier/streams.h>
#include <osier/system.h>
#include <osier/terminal.h>
#include <osier/topology.h>
#include <osier/tree.h>
#include <osier/try.h>
#include <osier/types.h>
#include <osier/xattr.h>

#endif
