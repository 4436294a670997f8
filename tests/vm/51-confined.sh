#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Containers under both profiles, enforced: see guest/confined.sh.
here=$(cd "$(dirname "$0")" && pwd)
exec bash "$here/run.sh" "$here/guest/confined.sh"
