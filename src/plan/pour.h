/* SPDX-License-Identifier: MIT */
/** A tree that no rename can move, moved object by object. */
#ifndef PLAN_POUR_H
#define PLAN_POUR_H

/** Moves all that is in `name` of a directory into the empty directory `kept`, with the directories
 *  and their attributes, and removes `name`: 0; −ESTALE where something came into it meanwhile; or
 *  −errno. What was moved by then is where it came to: pour_back() follows. */
int pour_out(int dir, const char *name, int kept_dir, const char *kept);

/** Moves back what of a tree isn't where it was: 0; −ESTALE where something of it has a name there
 *  that somebody else took, and stays in `kept`; or −errno. */
int pour_back(int dir, const char *name, int kept_dir, const char *kept);

#endif
