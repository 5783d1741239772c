/* SPDX-License-Identifier: MIT */
/** libFuzzer over the readers of TOML and JSON: what must hold for every input. */
#include "fuzz.h"

#include "data/document.h"

/* Each member is counted, found by its key, and stands inside of the document. */
static void check(const struct data *data, size_t size) {
    for (size_t i = 0; i < data->count; i++) {
        const struct data_value *v = &data->values[i], *member;
        HOLDS(v->at <= size && v->end <= size);
        HOLDS(!v->text || v->text[v->size] == '\0');
        if (v->type < DATA_LIST)
            continue;
        uint32_t count = 0;
        for (member = data_first(data, v); member; member = data_next(data, member), count++)
            HOLDS((v->type == DATA_TABLE) == (member->key != NULL) &&
                  (!member->key || data_find(data, v, member->key, member->key_size) == member));
        HOLDS(count == v->in.count);
    }
}

static void one(int (*read)(const char *, size_t, struct data *, struct data_problem *),
                const char *text, size_t size) {
    AUTO_DATA data;
    struct data_problem problem;
    int r = read(text, size, &data, &problem);
    HOLDS(r == 0 || (r == -EBADMSG && problem.words && problem.at <= size));
    if (r == 0)
        check(&data, size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char *text = malloc(size + 1); /* exactly as long, so that a read behind it is seen */
    HOLDS(text);
    memcpy(text, data, size);
    text = realloc(text, size ? size : 1);
    one(data_read_toml, text, size);
    one(data_read_json, text, size);
    free(text);
    return 0;
}
