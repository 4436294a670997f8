#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# tests/live/30-scope.sh where cgroups are version 2 alone, AppArmor is on and a privileged container can
# be: in the long form, since it takes minutes there.
. "$TRAMMEL_SOURCE/tests/vm/long.sh"
long_only
VM_TIMEOUT=${VM_TIMEOUT:-900} long_live 30-scope SCOPE_SHORT=1
