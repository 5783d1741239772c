/* SPDX-License-Identifier: MIT */
/** osier-du: goes through a tree by what takes the space in it. osier du --interactive starts it. */
#include "browse/place.h"
#include "browse/screen.h"
#include "frame/text.h"

#include <curses.h>
#include <errno.h>
#include <inttypes.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ESCAPE_DELAY = 25, INTERRUPTED = 130 };

static int show_progress(const struct os_progress *progress, void *data) {
    (void)data;
    erase();
    mvprintw(0, 0, "measuring: %" PRIu64 " entries, q: quit", progress->entries);
    refresh();
    timeout(0);
    int key = getch();
    timeout(-1);
    return key == 'q' ? -1 : 0;
}

static int back(struct place *place) {
    struct node *here = place->here;
    return here == place->nodes ? 0 : place_go(place, place->nodes + here->parent, here);
}

static int sort(struct place *place, enum order order) {
    place->order = order;
    return place_go(place, place->here, place_chosen(place));
}

static void mark(struct place *place) {
    struct node *node = place_chosen(place);
    if (!node)
        return;
    place->marked[node - place->nodes] ^= true;
    if (place->at + 1 < place->count)
        place->at++;
}

static const char *delete (struct place *place) {
    static char message[200];
    char size[16];
    double weight;
    size_t count = place_doomed(place, &weight);
    if (count == 0)
        return NULL;
    human_size(size, sizeof size, (uint64_t)weight);
    snprintf(message, sizeof message, "delete %zu %s for good, %s? y: yes", count,
             count == 1 ? "entry" : "entries", size);
    if (!screen_ask(place, message))
        return NULL;
    int r = place_remove(place);
    if (r == 0)
        return NULL;
    snprintf(message, sizeof message, "not all of it: %s (r: measure anew)", os_strerror(-r));
    return message;
}

static void move_by(struct place *place, long by) {
    if (by < 0 && place->at < (size_t)-by)
        place->at = 0;
    else if (by > 0 && place->at + (size_t)by >= place->count)
        place->at = place->count ? place->count - 1 : 0;
    else
        place->at += (size_t)by;
}

static int enter(struct place *place) {
    struct node *node = place_chosen(place);
    return node && node->entry->is_dir ? place_go(place, node, NULL) : 0;
}

/* Does what a key says: 1 to go on, 0 to measure anew, −errno. */
static int press(struct place *place, int key, const char **ret_message) {
    int r = 0;
    switch (key) {
    case KEY_UP:
    case 'k':
        move_by(place, -1);
        break;
    case KEY_DOWN:
    case 'j':
        move_by(place, 1);
        break;
    case KEY_PPAGE:
        move_by(place, -screen_rows());
        break;
    case KEY_NPAGE:
        move_by(place, screen_rows());
        break;
    case KEY_HOME:
        place->at = 0;
        break;
    case KEY_END:
        move_by(place, (long)place->count);
        break;
    case KEY_RIGHT:
    case KEY_ENTER:
    case '\n':
    case '\r':
    case 'l':
        r = enter(place);
        break;
    case KEY_LEFT:
    case KEY_BACKSPACE:
    case 127:
    case '\b':
    case 'h':
        r = back(place);
        break;
    case 's':
        r = sort(place, BY_SIZE);
        break;
    case 'n':
        r = sort(place, BY_NAME);
        break;
    case 'e':
        r = sort(place, BY_ENTRIES);
        break;
    case ' ':
        mark(place);
        break;
    case 'd':
        *ret_message = delete (place);
        break;
    case 'r':
        return 0;
    }
    return r < 0 ? r : 1;
}

/* Until the person has seen enough: 0 or −errno. */
static int browse(const char *path, struct os_tree_usage_options *options) {
    struct place place = {.top = -1};
    int r = place_enter(&place, path, options);
    const char *message = NULL;
    while (r >= 0) {
        screen_draw(&place, message);
        int key = screen_key();
        if (key == 'q' || key == ERR)
            break;
        message = key == KEY_RESIZE ? message : NULL;
        r = press(&place, key, &message);
        if (r == 0) {
            place_leave(&place);
            r = place_enter(&place, path, options);
        }
    }
    place_leave(&place);
    return r < 0 ? r : 0;
}

int main(int argc, char **argv) {
    struct os_tree_usage_options options = {
        .size = sizeof options,
        .depth = -1,
        .files = true,
        .control = {.on_progress = show_progress, .ignore_errors = true}};
    for (int option; (option = getopt(argc, argv, "ax")) != -1;)
        switch (option) {
        case 'a':
            options.apparent = true;
            break;
        case 'x':
            options.control.one_file_system = true;
            break;
        default:
            fputs("usage: osier-du [-a] [-x] [PATH]\n", stderr);
            return 64;
        }
    const char *path = argv[optind] ? argv[optind] : ".";
    if (!os_isatty(STDIN_FILENO) || !os_isatty(STDOUT_FILENO)) {
        fputs("osier: du: --interactive needs a terminal\n", stderr);
        return 64;
    }
    setlocale(LC_ALL, "");
    if (!initscr())
        return 1;
    set_escdelay(ESCAPE_DELAY);
    cbreak();
    noecho();
    keypad(stdscr, true);
    curs_set(0);
    int r = browse(path, &options);
    endwin();
    if (r < 0 && r != -ECANCELED) {
        errno = -r;
        os_perror("osier: du");
    }
    return r == -ECANCELED ? INTERRUPTED : r < 0;
}
