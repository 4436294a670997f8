/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What could stand at the end of a command line: for the shells' completion (src/cli/completion/), which ask
 * with `trammel complete -- WORD...`. Taken from the tables that --help prints.
 */
#ifndef CLI_COMPLETE_H
#define CLI_COMPLETE_H

/*
 * argv: "complete", "--", then the words behind "trammel", the last one as far as it is written. A
 * line each: the word, a tab, and what it is; or what the shell knows better: ":files", ":dirs",
 * ":commands"; ":none" where it is anybody's guess.
 */
int complete(int argc, char **argv);

#endif
