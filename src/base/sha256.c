/* SPDX-License-Identifier: MIT */
/** SHA-256 (FIPS 180-4). */
#include "base/sha256.h"

#include <endian.h>
#include <string.h>

/* The fractions of the cube roots of the first 64 primes. */
static const uint32_t constants[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

static uint32_t turn(uint32_t x, unsigned n) {
    return x >> n | x << (32 - n);
}

static void expand(uint32_t w[64], const uint8_t *block) {
    memcpy(w, block, SHA256_BLOCK);
    for (int i = 0; i < 16; i++)
        w[i] = be32toh(w[i]);
    for (int i = 16; i < 64; i++) {
        uint32_t a = w[i - 15], b = w[i - 2];
        w[i] = w[i - 16] + w[i - 7] + (turn(a, 7) ^ turn(a, 18) ^ a >> 3) +
               (turn(b, 17) ^ turn(b, 19) ^ b >> 10);
    }
}

/* The eight words change their places in each round: where the n-th is, is counted instead. */
#define WORD(n) s[((unsigned)(n)-i) % 8]

static void take_block(uint32_t state[8], const uint8_t *block) {
    uint32_t w[64], s[8];
    expand(w, block);
    memcpy(s, state, sizeof s);
    for (unsigned i = 0; i < 64; i++) {
        uint32_t a = WORD(0), b = WORD(1), c = WORD(2), e = WORD(4);
        uint32_t t1 = WORD(7) + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) +
                      ((e & WORD(5)) ^ (~e & WORD(6))) + constants[i] + w[i];
        WORD(3) += t1;
        WORD(7) = t1 + (turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
    }
    for (int i = 0; i < 8; i++)
        state[i] += s[i];
}

#undef WORD

bool sha256_plain;

static void take_blocks(uint32_t state[8], const uint8_t *data, size_t blocks) {
    if (!sha256_plain && sha256_has_instructions()) {
        sha256_take_blocks(state, constants, data, blocks);
        return;
    }
    for (; blocks; blocks--, data += SHA256_BLOCK)
        take_block(state, data);
}

void sha256_begin(struct sha256 *s) {
    /* The fractions of the square roots of the first 8 primes. */
    static const uint32_t first[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                      0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
    memcpy(s->state, first, sizeof first);
    s->size = 0;
}

void sha256_add(struct sha256 *s, const void *data, size_t size) {
    const uint8_t *bytes = data;
    size_t have = s->size % SHA256_BLOCK;
    s->size += size;
    if (have && size >= SHA256_BLOCK - have) {
        memcpy(s->block + have, bytes, SHA256_BLOCK - have);
        bytes += SHA256_BLOCK - have;
        size -= SHA256_BLOCK - have;
        have = 0;
        take_blocks(s->state, s->block, 1);
    }
    take_blocks(s->state, bytes, size / SHA256_BLOCK);
    bytes += size - size % SHA256_BLOCK;
    size %= SHA256_BLOCK;
    if (size)
        memcpy(s->block + have, bytes, size);
}

void sha256_end(struct sha256 *s, uint8_t ret_digest[static SHA256_SIZE]) {
    static const uint8_t padding[SHA256_BLOCK] = {0x80};
    uint64_t bits = htobe64(s->size * 8);
    sha256_add(s, padding, 1 + (SHA256_BLOCK + 55 - s->size % SHA256_BLOCK) % SHA256_BLOCK);
    sha256_add(s, &bits, sizeof bits);
    for (int i = 0; i < 8; i++)
        s->state[i] = htobe32(s->state[i]);
    memcpy(ret_digest, s->state, SHA256_SIZE);
}

static void begin_padded(struct sha256 *s, const uint8_t *key, uint8_t pad) {
    uint8_t block[SHA256_BLOCK];
    memset(block, pad, sizeof block);
    for (size_t i = 0; i < SHA256_SIZE; i++)
        block[i] ^= key[i];
    sha256_begin(s);
    sha256_add(s, block, sizeof block);
}

void sha256_hmac(const uint8_t key[static SHA256_SIZE], const void *data, size_t size,
                 uint8_t ret_mac[static SHA256_SIZE]) {
    struct sha256 s;
    begin_padded(&s, key, 0x36);
    sha256_add(&s, data, size);
    sha256_end(&s, ret_mac);
    begin_padded(&s, key, 0x5c);
    sha256_add(&s, ret_mac, SHA256_SIZE);
    sha256_end(&s, ret_mac);
}
