#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What emit docker asks for, under both profiles: see guest/options.sh.
here=$(cd "$(dirname "$0")" && pwd)
exec bash "$here/run.sh" "$here/guest/options.sh"
