// SPDX-License-Identifier: Apache-2.0
#include <check.h>
#include <string.h>

#include "lib/suite.h"
#include "util/sha256.h"

static void check_digest(const char *text, size_t len, const char *want)
{
	char hex[65];

	sha256_hex(text, len, hex);
	ck_assert_str_eq(hex, want);
}

/* The examples of FIPS 180-4, and lengths on both sides of where the padding needs a block more. */
START_TEST(known_digests)
{
	char a[120];

	check_digest("", 0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	check_digest("abc", 3, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	check_digest("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 56,
		     "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
	memset(a, 'a', sizeof(a));
	check_digest(a, 55, "9f4390f8d30c2dd92ec9f095b65e2b9ae9b0a925a5258e241c9f1e910f734318");
	check_digest(a, 56, "b35439a4ac6f0948b6d6f9e3c6af0f5f590ce20f1bde7090ef7970686ec6738a");
	check_digest(a, 64, "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb");
	check_digest(a, 120, "2f3d335432c70b580af0e8e1b3674a7c020d683aa5f73aaaedfdc55af904c21c");
}
END_TEST

TR_SUITE("sha256", known_digests)
