#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The live test of podman, where systemd makes the cgroups: libpod-ID.scope. Its store is where an overlay can
# be, since the root here is one already; events go to a file, since there is no journal.
mkdir -p /run/lab/podman
cat >/run/lab/podman/storage.conf <<'CONF'
[storage]
driver = "overlay"
graphroot = "/run/lab/podman/graph"
runroot = "/run/lab/podman/run"
CONF
cat >/run/lab/podman/containers.conf <<'CONF'
[engine]
cgroup_manager = "systemd"
events_logger = "file"
CONF
export CONTAINERS_STORAGE_CONF=/run/lab/podman/storage.conf CONTAINERS_CONF=/run/lab/podman/containers.conf
. "$TRAMMEL_SOURCE/tests/live/21-podman.sh"
