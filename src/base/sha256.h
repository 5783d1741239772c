/* SPDX-License-Identifier: MIT */
/** SHA-256 (FIPS 180-4). */
#ifndef BASE_SHA256_H
#define BASE_SHA256_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SHA256_SIZE = 32, SHA256_BLOCK = 64 };

struct sha256 {
    uint32_t state[8];
    uint64_t size; /* of all that was added, in bytes */
    uint8_t block[SHA256_BLOCK];
};

void sha256_begin(struct sha256 *s);
void sha256_add(struct sha256 *s, const void *data, size_t size);
void sha256_end(struct sha256 *s, uint8_t ret_digest[static SHA256_SIZE]);

/** HMAC-SHA-256 (RFC 2104) under a key of SHA256_SIZE bytes. */
void sha256_hmac(const uint8_t key[static SHA256_SIZE], const void *data, size_t size,
                 uint8_t ret_mac[static SHA256_SIZE]);

/** For the tests: the processor's own instructions aren't used. */
extern bool sha256_plain;

/** Whether the processor has instructions for it. */
bool sha256_has_instructions(void);

/** Takes whole blocks by these. */
void sha256_take_blocks(uint32_t state[8], const uint32_t round_words[64], const uint8_t *data,
                        size_t blocks);

#endif
