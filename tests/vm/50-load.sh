#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# load, unload and loaded, in a kernel with AppArmor: see guest/load.sh.
here=$(cd "$(dirname "$0")" && pwd)
exec bash "$here/run.sh" "$here/guest/load.sh"
