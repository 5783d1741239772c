/* SPDX-License-Identifier: MIT */
/** What osier-du shows. */
#include "browse/screen.h"
#include "frame/text.h"

#include <curses.h>
#include <inttypes.h>
#include <langinfo.h>
#include <osier.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { BAR = 10, BEFORE_NAME = 30, HEAD = 1, FOOT = 1 };

int screen_rows(void) {
    return LINES > HEAD + FOOT ? LINES - HEAD - FOOT : 1;
}

/* A name of any bytes in so many columns: what doesn't print is shown by its number. */
static void put_name(const char *name, int room) {
    bool utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
    size_t left = strlen(name);
    while (left > 0 && room > 0) {
        uint32_t code = 0;
        size_t size = utf8_character(name, left, &code);
        int width = os_character_width(code);
        if (size == 0 || is_control(code) || (size > 1 && !utf8)) {
            char escaped[8];
            width = snprintf(escaped, sizeof escaped, "\\x%02x", (unsigned char)*name);
            if (width <= room)
                addnstr(escaped, width);
            size = 1;
        } else if (width <= room) {
            addnstr(name, (int)size);
        }
        room -= width;
        name += size;
        left -= size;
    }
}

static void put_entry(const struct place *place, const struct node *node) {
    char size[16];
    double whole = place->here->weight, part = whole > 0 ? node->weight / whole : 0;
    bool marked = place->marked[node - place->nodes];
    printw("%c %9s %5.1f%% [", marked ? '*' : ' ',
           human_size(size, sizeof size, (uint64_t)node->weight), part * 100);
    for (int cell = 0; cell < BAR; cell++)
        addch(cell < (int)(part * BAR + 0.5) ? '#' : ' ');
    addstr("] ");
    put_name(node_name(node), COLS - BEFORE_NAME - 1);
    if (node->entry->is_dir)
        addch('/');
}

static void put_foot(const struct place *place, const char *message) {
    static const char *const orders[] = {"size", "name", "entries"};
    attron(A_REVERSE);
    mvhline(LINES - 1, 0, ' ', COLS);
    if (message)
        put_name(message, COLS);
    else
        printw("%zu by %s  enter: in  left: back  s n e: sort  space: mark  d: delete  q: quit",
               place->count, orders[place->order]);
    attroff(A_REVERSE);
}

void screen_draw(const struct place *place, const char *message) {
    char size[16];
    int rows = screen_rows();
    size_t first = place->at < (size_t)rows ? 0 : place->at - (size_t)rows + 1;
    erase();
    attron(A_BOLD);
    move(0, 0);
    printw("%s  ", human_size(size, sizeof size, (uint64_t)place->here->weight));
    put_name(place->here->entry->path, COLS - 12);
    attroff(A_BOLD);
    for (int row = 0; row < rows && first + (size_t)row < place->count; row++) {
        bool chosen = first + (size_t)row == place->at;
        if (chosen)
            attron(A_REVERSE);
        move(HEAD + row, 0);
        put_entry(place, place->shown[first + (size_t)row]);
        if (chosen)
            attroff(A_REVERSE);
    }
    put_foot(place, message);
    refresh();
}

/* A change of the size right before the wait doesn't end it, so it ends by itself now and then. */
int screen_key(void) {
    enum { WAIT = 200 };
    timeout(WAIT);
    int key = getch();
    return key == ERR && os_isatty(STDIN_FILENO) ? KEY_RESIZE : key;
}

bool screen_ask(const struct place *place, const char *question) {
    int key;
    do {
        screen_draw(place, question);
        key = screen_key();
    } while (key == KEY_RESIZE);
    return key == 'y';
}
