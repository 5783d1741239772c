/* SPDX-License-Identifier: MIT */
/** SHA-256 on the examples of FIPS 180-4, whole and in parts. */
#include "support.h"

#include "base/sha256.h"

static void assert_digest(const char *text, size_t repeat, size_t part, const char *expected) {
    uint8_t digest[SHA256_SIZE];
    char hex[2 * SHA256_SIZE + 1];
    size_t unit = strlen(text), size = unit * repeat;
    char *data = malloc(size + 1);
    struct sha256 s;
    assert_non_null(data);
    for (size_t i = 0; i < repeat; i++)
        memcpy(data + i * unit, text, unit);
    sha256_begin(&s);
    for (size_t at = 0; at < size; at += part)
        sha256_add(&s, data + at, size - at < part ? size - at : part);
    sha256_end(&s, digest);
    for (int i = 0; i < SHA256_SIZE; i++)
        snprintf(hex + 2 * i, 3, "%02x", digest[i]);
    free(data);
    assert_string_equal(hex, expected);
}

static void test_examples(void **state) {
    (void)state;
    for (size_t part = 1; part <= 129; part += 32) {
        assert_digest("", 1, part,
                      "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        assert_digest("abc", 1, part,
                      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert_digest("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1, part,
                      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
        assert_digest("a", 1000000, part,
                      "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    }
}

static void test_without_instructions(void **state) {
    sha256_plain = true;
    test_examples(state);
    sha256_plain = false;
}

/* RFC 4231, with keys as long as a journal's: the first one padded as HMAC does it. */
static void test_hmac(void **state) {
    (void)state;
    static const struct {
        const char *key, *text, *expected;
    } examples[] = {
        {"\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b",
         "Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
        {"Jefe", "what do ya want for nothing?",
         "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
    };
    for (size_t i = 0; i < 2; i++) {
        uint8_t key[SHA256_SIZE] = {0}, mac[SHA256_SIZE];
        char hex[2 * SHA256_SIZE + 1];
        memcpy(key, examples[i].key, strlen(examples[i].key));
        sha256_hmac(key, examples[i].text, strlen(examples[i].text), mac);
        for (int k = 0; k < SHA256_SIZE; k++)
            snprintf(hex + 2 * k, 3, "%02x", mac[k]);
        assert_string_equal(hex, examples[i].expected);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_examples),
                                       cmocka_unit_test(test_without_instructions),
                                       cmocka_unit_test(test_hmac)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
