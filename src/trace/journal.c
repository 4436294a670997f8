// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "facts/sets.h"
#include "trace/format.h"
#include "trammel/trace.h"
#include "util/fs.h"
#include "util/mem.h"
#include "util/strbuf.h"

/* What is buffered at most before it is written without being asked for. */
#define BUFFER_MAX (1 << 20)
#define NO_NUMBER  UINT32_MAX

struct tr_journal {
	char *path; /* where the finished trace goes */
	char *file; /* where the journal is: path, or beside it where path has checkpoints */
	int fd; /* -1: nothing is kept */
	struct strbuf buf; /* what is not written yet */
	uint32_t *number; /* f's index of a recording to its place in the file, or NO_NUMBER */
	size_t n_number;
	uint32_t next;
	bool lost; /* a line was too long for a reader, or of no recording */
};

/* So that the name is there after a power cut, not only the data. Best effort: not all can. */
static void sync_directory(const char *path)
{
	const char *slash = strrchr(path, '/');
	tr_cleanup_free char *dir =
		slash ? tr_xstrndup(path, (size_t)(slash - path) + 1) : tr_xstrdup(".");
	tr_cleanup_close int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd >= 0 && fsync(fd) < 0)
		return;
}

/* The open file survives the rename under a second descriptor: the path is not looked up again. */
static int create(const char *path, int *ret_fd, struct tr_err *err)
{
	json_object *header = header_to_json(json_object_new_array());
	size_t len = 0;
	const char *text = line_text(header, &len);
	struct fs_out out;
	int fd = -1, r = -1;

	if (fs_out_open(&out, path, 0600, err) < 0)
		goto out_header;
	fwrite(text, 1, len, out.f);
	fputc('\n', out.f);
	fd = fcntl(fileno(out.f), F_DUPFD_CLOEXEC, 0);
	if (fd < 0)
		tr_err_errno(err, TR_ERR_CANNOT, errno, "%s", path);
	else
		r = fs_out_commit(&out, err);
	fs_out_release(&out);
	if (r == 0)
		*ret_fd = fd;
	else if (fd >= 0)
		close(fd);
out_header:
	json_object_put(header);
	return r;
}

static int open_at(struct tr_journal **ret, const char *path, char *file, struct tr_err *err)
{
	struct tr_journal *j;
	int fd = -1;

	if (!fs_is_special(path)) {
		if (create(file, &fd, err) < 0) {
			free(file);
			return -1;
		}
		sync_directory(path);
	}
	j = tr_xcalloc(1, sizeof(*j));
	j->path = tr_xstrdup(path);
	j->file = file;
	j->fd = fd;
	*ret = j;
	return 0;
}

int tr_journal_open(struct tr_journal **ret, const char *path, struct tr_err *err)
{
	return open_at(ret, path, tr_xstrdup(path), err);
}

int tr_journal_open_beside(struct tr_journal **ret, const char *path, struct tr_err *err)
{
	return open_at(ret, path, tr_xasprintf("%s" TR_JOURNAL_SUFFIX, path), err);
}

/* Writes what it can and keeps the rest, so that a later try goes on where this one stopped. */
static int drain(struct tr_journal *j)
{
	size_t done = 0;
	int r = 0;

	while (done < j->buf.len) {
		ssize_t n = write(j->fd, j->buf.s + done, j->buf.len - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			r = -errno;
			break;
		}
		done += (size_t)n;
	}
	if (done) {
		memmove(j->buf.s, j->buf.s + done, j->buf.len - done);
		j->buf.len -= done;
	}
	return r;
}

/* Frees o. */
static void append(struct tr_journal *j, json_object *o)
{
	size_t len = 0;
	const char *text = line_text(o, &len);

	if (len > TR_TRACE_LINE_MAX) {
		j->lost = true;
	} else {
		strbuf_add(&j->buf, text, len);
		strbuf_addc(&j->buf, '\n');
	}
	json_object_put(o);
	if (j->buf.len >= BUFFER_MAX)
		drain(j);
}

void tr_journal_recording(struct tr_journal *j, const struct tr_facts *f, uint32_t index)
{
	json_object *o;

	if (j->fd < 0)
		return;
	if (index >= j->n_number) {
		size_t n = (size_t)index + 1;

		j->number = tr_xrealloc(j->number, n, sizeof(*j->number));
		while (j->n_number < n)
			j->number[j->n_number++] = NO_NUMBER;
	}
	j->number[index] = j->next++;
	o = json_object_new_object();
	put(o, "recording", recording_to_json(&f->recordings[index]));
	append(j, o);
}

void tr_journal_fact(struct tr_journal *j, const struct tr_fact *fact)
{
	struct tr_u32set recordings = { 0 };

	if (j->fd < 0)
		return;
	for (size_t i = 0; i < fact->ev.recordings.n; i++) {
		uint32_t v = fact->ev.recordings.v[i];

		if (v < j->n_number && j->number[v] != NO_NUMBER)
			u32set_append(&recordings, j->number[v]);
		else
			j->lost = true;
	}
	u32set_settle(&recordings);
	append(j, fact_to_json(fact, &recordings));
	tr_u32set_release(&recordings);
}

int tr_journal_sync(struct tr_journal *j, struct tr_err *err)
{
	int r;

	if (j->fd < 0)
		return 0;
	r = drain(j);
	if (r == 0 && fdatasync(j->fd) < 0)
		r = -errno;
	if (r < 0)
		return tr_err_errno(err, TR_ERR_CANNOT, -r, "%s", j->file);
	if (j->lost)
		return tr_err_set(err, TR_ERR_CANNOT,
				  "%s: the journal lacks a line: too long, or of no recording",
				  j->file);
	return 0;
}

/*
 * The trace first, then a new journal: killed in between, what was in the old one stands in both. The old
 * one is still there if the new one cannot be made.
 */
int tr_journal_checkpoint(struct tr_journal *j, const struct tr_facts *f, struct tr_err *err)
{
	int fd;

	if (tr_trace_write(f, j->path, err) < 0)
		return -1;
	if (j->fd < 0)
		return 0;
	if (create(j->file, &fd, err) < 0)
		return -1;
	close(j->fd);
	j->fd = fd;
	j->buf.len = 0;
	j->next = 0;
	for (uint32_t i = 0; i < f->n_recordings; i++)
		tr_journal_recording(j, f, i);
	return tr_journal_sync(j, err);
}

int tr_journal_finish(struct tr_journal *j, const struct tr_facts *f, struct tr_err *err)
{
	int r = tr_trace_write(f, j->path, err);

	if (r < 0)
		tr_journal_sync(j, NULL);
	else if (j->fd >= 0 && strcmp(j->file, j->path))
		unlink(j->file);
	tr_journal_close(j);
	return r;
}

void tr_journal_close(struct tr_journal *j)
{
	if (!j)
		return;
	if (j->fd >= 0) {
		drain(j);
		close(j->fd);
	}
	strbuf_release(&j->buf);
	free(j->number);
	free(j->file);
	free(j->path);
	free(j);
}
