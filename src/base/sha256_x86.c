/* SPDX-License-Identifier: MIT */
/** SHA-256 with the instructions that x86 processors have for it. */
#include "base/sha256.h"

#ifdef __x86_64__
#include <cpuid.h>
#include <immintrin.h>
#include <stdatomic.h>

bool sha256_has_instructions(void) {
    enum { UNKNOWN, NO, YES };
    static atomic_int known;
    int answer = atomic_load_explicit(&known, memory_order_relaxed);
    if (answer == UNKNOWN) {
        unsigned a, b, c, d;
        bool sse4 = __get_cpuid(1, &a, &b, &c, &d) && c & bit_SSE4_1 && c & bit_SSSE3;
        bool sha = sse4 && __get_cpuid_count(7, 0, &a, &b, &c, &d) && b & 1u << 29;
        answer = sha ? YES : NO;
        atomic_store_explicit(&known, answer, memory_order_relaxed);
    }
    return answer == YES;
}

/* The instructions want the state as two vectors, ABEF and CDGH, and the words four at a time; `w` has
 * the last sixteen. */
__attribute__((target("sha,sse4.1,ssse3"))) void sha256_take_blocks(uint32_t state[8],
                                                                    const uint32_t round_words[64],
                                                                    const uint8_t *data,
                                                                    size_t blocks) {
    const __m128i big_endian = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
    __m128i low = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)(const void *)state), 0xb1);
    __m128i high =
        _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)(const void *)(state + 4)), 0x1b);
    __m128i abef = _mm_alignr_epi8(low, high, 8), cdgh = _mm_blend_epi16(high, low, 0xf0);
    for (; blocks; blocks--, data += SHA256_BLOCK) {
        __m128i w[4], abef_before = abef, cdgh_before = cdgh;
        for (int i = 0; i < 16; i++) {
            __m128i *now = &w[i % 4], last = w[(i + 3) % 4];
            if (i < 4) {
                __m128i words = _mm_loadu_si128((const __m128i *)(const void *)(data + 16 * i));
                *now = _mm_shuffle_epi8(words, big_endian);
            } else {
                __m128i sum = _mm_add_epi32(_mm_sha256msg1_epu32(*now, w[(i + 1) % 4]),
                                            _mm_alignr_epi8(last, w[(i + 2) % 4], 4));
                *now = _mm_sha256msg2_epu32(sum, last);
            }
            __m128i k = _mm_loadu_si128((const __m128i *)(const void *)(round_words + 4 * i));
            k = _mm_add_epi32(k, *now);
            cdgh = _mm_sha256rnds2_epu32(cdgh, abef, k);
            abef = _mm_sha256rnds2_epu32(abef, cdgh, _mm_shuffle_epi32(k, 0x0e));
        }
        abef = _mm_add_epi32(abef, abef_before);
        cdgh = _mm_add_epi32(cdgh, cdgh_before);
    }
    low = _mm_shuffle_epi32(abef, 0x1b);
    high = _mm_shuffle_epi32(cdgh, 0xb1);
    _mm_storeu_si128((__m128i *)(void *)state, _mm_blend_epi16(low, high, 0xf0));
    _mm_storeu_si128((__m128i *)(void *)(state + 4), _mm_alignr_epi8(high, low, 8));
}

#else
bool sha256_has_instructions(void) {
    return false;
}

void sha256_take_blocks(uint32_t state[8], const uint32_t round_words[64], const uint8_t *data,
                        size_t blocks) {
    (void)state, (void)round_words, (void)data, (void)blocks;
}
#endif
