// SPDX-License-Identifier: Apache-2.0
#include "record/asker.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "util/mem.h"

struct question {
	enum ask_kind kind;
	uint16_t recording;
	char *id;
	struct timespec due; /* CLOCK_MONOTONIC */
	struct question *next;
};

struct asker {
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	struct tr_engine **engines;
	unsigned n_engines;
	/* under lock */
	struct question *questions;
	struct answer *answers, **last_answer;
	unsigned open;
	bool stop;
	int fd;
};

static bool earlier(struct timespec a, struct timespec b)
{
	return a.tv_sec < b.tv_sec || (a.tv_sec == b.tv_sec && a.tv_nsec < b.tv_nsec);
}

static struct timespec in_ms(int ms)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	t.tv_sec += ms / 1000;
	t.tv_nsec += (long)(ms % 1000) * 1000000;
	if (t.tv_nsec >= 1000000000) {
		t.tv_sec++;
		t.tv_nsec -= 1000000000;
	}
	return t;
}

static int ask_engine(struct tr_engine *e, const struct question *q, bool recall,
		      struct tr_container *ret, struct tr_err *err)
{
	if (recall)
		return tr_engine_recall(e, q->id, ret, err);
	if (q->kind == ASK_STOP)
		return tr_engine_stop(e, q->id, -1, err);
	return tr_engine_inspect(e, q->id, ret, err);
}

/*
 * The engine that knows the container is the one that answers; the first error is kept. *ret_none
 * tells that all of them know of none.
 */
static bool ask_engines(struct asker *a, const struct question *q, bool recall, struct answer *ans,
			bool *ret_none)
{
	*ret_none = a->n_engines > 0;
	for (unsigned i = 0; i < a->n_engines; i++) {
		struct tr_err err = { 0 };

		if (ask_engine(a->engines[i], q, recall, &ans->container, &err) >= 0) {
			tr_err_clear(&ans->err);
			return true;
		}
		*ret_none &= err.kind == TR_ERR_INPUT;
		if (i == 0 && !recall)
			tr_err_move(&ans->err, &err);
		tr_err_clear(&err);
	}
	if (!a->n_engines)
		tr_err_set(&ans->err, TR_ERR_CANNOT, "no engine to ask");
	return false;
}

/* A container may have come and gone before we ask. What no engine ever had is somebody else's. */
static bool ask_all(struct asker *a, const struct question *q, struct answer *ans)
{
	bool none;

	if (ask_engines(a, q, false, ans, &none))
		return true;
	if (q->kind != ASK_WHO || !none)
		return false;
	if (ask_engines(a, q, true, ans, &none))
		return true;
	ans->foreign = none;
	return false;
}

static void question_free(struct question *q)
{
	free(q->id);
	free(q);
}

static void answer_question(struct asker *a, struct question *q)
{
	struct answer *ans = tr_xcalloc(1, sizeof(*ans));
	uint64_t one = 1;

	ans->kind = q->kind;
	ans->recording = q->recording;
	ans->ok = ask_all(a, q, ans);
	question_free(q);
	pthread_mutex_lock(&a->lock);
	*a->last_answer = ans;
	a->last_answer = &ans->next;
	a->open--;
	/* An eventfd that is not read never blocks below 2^64 - 2 answers. */
	if (write(a->fd, &one, sizeof(one)) < 0)
		a->stop = true;
	pthread_mutex_unlock(&a->lock);
}

/* Takes the first question if it is due; else waits. Called and returns under lock. */
static struct question *next_due(struct asker *a)
{
	struct question *q = a->questions;

	if (!q) {
		pthread_cond_wait(&a->wake, &a->lock);
		return NULL;
	}
	if (earlier(in_ms(0), q->due)) {
		pthread_cond_timedwait(&a->wake, &a->lock, &q->due);
		return NULL;
	}
	a->questions = q->next;
	return q;
}

static void *run(void *arg)
{
	struct asker *a = arg;

	pthread_mutex_lock(&a->lock);
	while (!a->stop) {
		struct question *q = next_due(a);

		if (!q)
			continue;
		pthread_mutex_unlock(&a->lock);
		answer_question(a, q);
		pthread_mutex_lock(&a->lock);
	}
	pthread_mutex_unlock(&a->lock);
	return NULL;
}

struct asker *asker_new(struct tr_engine **engines, unsigned n)
{
	struct asker *a = tr_xcalloc(1, sizeof(*a));
	pthread_condattr_t attr;

	a->engines = tr_xcalloc(n, sizeof(*engines));
	if (n)
		memcpy(a->engines, engines, n * sizeof(*engines));
	a->n_engines = n;
	a->last_answer = &a->answers;
	a->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	pthread_mutex_init(&a->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&a->wake, &attr);
	pthread_condattr_destroy(&attr);
	if (a->fd < 0 || pthread_create(&a->thread, NULL, run, a) != 0) {
		if (a->fd >= 0)
			close(a->fd);
		free(a->engines);
		free(a);
		return NULL;
	}
	return a;
}

void asker_free(struct asker *a)
{
	if (!a)
		return;
	pthread_mutex_lock(&a->lock);
	a->stop = true;
	pthread_cond_signal(&a->wake);
	pthread_mutex_unlock(&a->lock);
	pthread_join(a->thread, NULL);
	while (a->questions) {
		struct question *q = a->questions;

		a->questions = q->next;
		question_free(q);
	}
	for (struct answer *ans = a->answers, *next; ans; ans = next) {
		next = ans->next;
		answer_free(ans);
	}
	for (unsigned i = 0; i < a->n_engines; i++)
		tr_engine_close(a->engines[i]);
	free(a->engines);
	pthread_cond_destroy(&a->wake);
	pthread_mutex_destroy(&a->lock);
	close(a->fd);
	free(a);
}

void asker_ask(struct asker *a, enum ask_kind kind, uint16_t recording, const char *id,
	       int after_ms)
{
	struct question *q = tr_xcalloc(1, sizeof(*q)), **at;

	q->kind = kind;
	q->recording = recording;
	q->id = tr_xstrdup(id);
	q->due = in_ms(after_ms);
	pthread_mutex_lock(&a->lock);
	for (at = &a->questions; *at && !earlier(q->due, (*at)->due); at = &(*at)->next)
		;
	q->next = *at;
	*at = q;
	a->open++;
	pthread_cond_signal(&a->wake);
	pthread_mutex_unlock(&a->lock);
}

int asker_fd(const struct asker *a)
{
	return a->fd;
}

struct answer *asker_answer(struct asker *a)
{
	struct answer *ans;
	uint64_t n;

	pthread_mutex_lock(&a->lock);
	ans = a->answers;
	if (ans) {
		a->answers = ans->next;
		if (!a->answers)
			a->last_answer = &a->answers;
		ans->next = NULL;
	} else if (read(a->fd, &n, sizeof(n)) < 0 && errno != EAGAIN) {
		a->stop = true;
	}
	pthread_mutex_unlock(&a->lock);
	return ans;
}

void answer_free(struct answer *ans)
{
	if (!ans)
		return;
	tr_container_release(&ans->container);
	tr_err_clear(&ans->err);
	free(ans);
}

unsigned asker_open(struct asker *a)
{
	unsigned n;

	pthread_mutex_lock(&a->lock);
	n = a->open;
	pthread_mutex_unlock(&a->lock);
	return n;
}
