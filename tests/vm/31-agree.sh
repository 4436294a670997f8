#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The evaluator of compiled AppArmor policy against a kernel that has the same policy loaded.
here=$(cd "$(dirname "$0")" && pwd)
exec bash "$here/run.sh" "$here/guest/agree.sh"
