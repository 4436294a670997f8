// SPDX-License-Identifier: Apache-2.0
#include "cli/wrap.h"

#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define WIDTH_MIN 40
#define WIDTH_MAX 160 /* longer lines are hard to read */

size_t term_width(void)
{
	struct winsize size;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) < 0 || !size.ws_col)
		return 80;
	if (size.ws_col < WIDTH_MIN)
		return WIDTH_MIN;
	return size.ws_col > WIDTH_MAX ? WIDTH_MAX : size.ws_col;
}

/* Code points: close enough to columns for names. */
static size_t columns(const char *s)
{
	size_t n = 0;

	for (; *s; s++)
		n += (*s & 0xc0) != 0x80;
	return n;
}

void wrap_word(struct wrap *w, const char *word)
{
	size_t n = columns(word);

	if (!w->width)
		w->width = term_width();
	if (w->col && w->col + 1 + n > w->width) {
		putchar('\n');
		w->col = 0;
	}
	if (w->col) {
		w->col += (size_t)printf(" ");
	} else {
		printf("%*s", (int)w->indent, "");
		w->col = w->indent;
	}
	fputs(word, stdout);
	w->col += n;
}

void wrap_end(struct wrap *w)
{
	if (w->col)
		putchar('\n');
	w->col = 0;
}
