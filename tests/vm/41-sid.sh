#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The kernel of Debian sid: all that is tested on Debian 12's.
. "$TRAMMEL_SOURCE/tests/vm/long.sh"
cd "$TRAMMEL_SOURCE" || exit 1
long_machine VM_SUITE=sid VM_TIMEOUT=1800 -- tests/vm/[013]*.sh tests/vm/20-clock.sh tests/vm/51-confined.sh
