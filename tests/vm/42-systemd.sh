#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# systemd as the first process, and so as the one that makes the cgroups of Docker's and podman's containers,
# and runs our service.
. "$TRAMMEL_SOURCE/tests/vm/long.sh"
cd "$TRAMMEL_SOURCE" || exit 1
long_machine VM_INIT=systemd VM_TIMEOUT=600 -- tests/vm/guest/{systemd,service,confined,podman}.sh
