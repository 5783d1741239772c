/* SPDX-License-Identifier: MIT */
/** The whole of osier: Python's os module for C, one header a topic. */
#ifndef OSIER_H
#define OSIER_H

#include <osier/directories.h>
#include <osier/environ.h>
#include <osier/error.h>
#include <osier/files.h>
#include <osier/path.h>
#include <osier/stat.h>
#include <osier/types.h>

#endif
