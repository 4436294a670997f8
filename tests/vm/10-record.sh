#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Recording, emitting, proving and rehearsing on Debian's own kernel: see guest/record.sh.
here=$(cd "$(dirname "$0")" && pwd)
exec bash "$here/run.sh" "$here/guest/record.sh"
