#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Real workloads under AppArmor and seccomp, enforced: see guest/workloads.sh. Emulation is slow.
. "$TRAMMEL_SOURCE/tests/vm/long.sh"
cd "$TRAMMEL_SOURCE" || exit 1
long_machine VM_TIMEOUT=3600 -- tests/vm/guest/confined-more.sh tests/vm/guest/workloads.sh
