# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# ./bootstrap demo: the main job on a real container, from the recording to the rehearsal.

demo() {
	die "not written yet"
}
