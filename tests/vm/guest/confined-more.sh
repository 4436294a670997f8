#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# confined.sh, with five runs, both backends, and one rule of each kind taken out.
export MORE=1
exec bash "$TRAMMEL_SOURCE/tests/vm/guest/confined.sh"
