// SPDX-License-Identifier: Apache-2.0
/* What Docker 20.10 and podman 4.3 tell of a container that is gone. */
#include <check.h>
#include <string.h>

#include "engine/inspect.h"
#include "lib/suite.h"

#define ID    "f5ec497aa3cfbb300c0d3ce14b07b3192cba589867616066130ba016da626e4e"
#define OTHER "49af2c1d6f25ac93dfb9a8186cb1490ff751249269a5f9f4a1b2c4913990becf"

#define DOCKER_OTHER                                                               \
	"{\"Type\":\"container\",\"Action\":\"create\",\"Actor\":{\"ID\":\"" OTHER \
	"\",\"Attributes\":{\"image\":\"db\",\"name\":\"other\"}},\"time\":1795325101}\n"
#define DOCKER                                                                                \
	"{\"status\":\"create\",\"id\":\"" ID "\",\"from\":\"web:1\",\"Type\":\"container\"," \
	"\"Action\":\"create\",\"Actor\":{\"ID\":\"" ID "\",\"Attributes\":{"                 \
	"\"com.docker.compose.project\":\"shop\",\"com.docker.compose.service\":\"front\","   \
	"\"image\":\"web:1\",\"name\":\"evt\"}},\"scope\":\"local\",\"time\":1795325101}\n"
#define PODMAN                                                                                     \
	"{\"ID\":\"" ID "\",\"Image\":\"localhost/web:1\",\"Name\":\"evt\",\"Status\":\"create\"," \
	"\"Time\":\"2026-11-22T04:38:43Z\",\"Type\":\"container\",\"Attributes\":{\"name\":\"label\"}}\n"

static int read_events(const char *text, struct tr_container *c)
{
	return inspect_events(text, strlen(text), ID, c, NULL);
}

START_TEST(docker)
{
	struct tr_container c;

	ck_assert_int_eq(read_events(DOCKER_OTHER "\n" DOCKER DOCKER, &c), 0);
	ck_assert_str_eq(c.id, ID);
	ck_assert_str_eq(c.image, "web:1");
	ck_assert_str_eq(c.name, "evt");
	ck_assert_str_eq(c.service, "front");
	ck_assert_str_eq(c.project, "shop");
	ck_assert_ptr_null(c.status);
	tr_container_release(&c);
}
END_TEST

START_TEST(podman)
{
	struct tr_container c;

	ck_assert_int_eq(read_events(PODMAN, &c), 0);
	ck_assert_str_eq(c.image, "localhost/web:1");
	ck_assert_str_eq(c.name, "evt");
	tr_container_release(&c);
}
END_TEST

START_TEST(nothing_about_it)
{
	static const char *const none[] = { "", "\n\n", DOCKER_OTHER, "{}\n", "{\"Actor\":{}}" };
	struct tr_container c;

	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
		memset(&c, 1, sizeof(c));
		ck_assert_int_eq(read_events(none[i], &c), 1);
		ck_assert_ptr_null(c.id);
	}
}
END_TEST

START_TEST(no_events_at_all)
{
	static const char *const bad[] = {
		"not json\n",
		"[]\n",
		"{\"Actor\":7}\n",
		DOCKER_OTHER "{\"Actor\":{\"ID\":7}}",
		"{\"Actor\":{\"ID\":\"" ID "\",\"Attributes\":{\"name\":{}}}}",
		"{\"ID\":\"" ID "\",\"Image\":[]}",
	};
	struct tr_container c;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		ck_assert_int_eq(read_events(bad[i], &c), -1);
		ck_assert_ptr_null(c.id);
	}
}
END_TEST

TR_SUITE("events", docker, podman, nothing_about_it, no_events_at_all)
