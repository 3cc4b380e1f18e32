#!/bin/sh
# Unpacks what prepare.mjs packed and runs `bench gpu` with it, on a machine that needs neither Node nor a network.
#
#   sh bench/gpu/run.sh RESULTS.json [more arguments of the benchmark]
#
# ARCHIVE names the archive if it does not lie in pack/ beside this script, PYTHON the interpreter that has torch.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
archive=${ARCHIVE:-$here/pack/lesion-gpu-bench.tar.xz}
results=${1:?"usage: run.sh RESULTS.json [arguments]"}
shift
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM

# Python unpacks it where tar has no xz.
tar -xJf "$archive" -C "$work" 2>/dev/null ||
  python3 -c 'import sys, tarfile; tarfile.open(sys.argv[1]).extractall(sys.argv[2])' "$archive" "$work"
cd "$work/lesion"

# The loader that was brought along counts only where the machine has none.
if ! ldconfig -p 2>/dev/null | grep -q libvulkan.so.1 && [ -d debian ]; then
  for package in debian/*.deb; do dpkg -x "$package" loader; done
  LD_LIBRARY_PATH=$(echo "$PWD"/loader/usr/lib/*-linux-gnu)${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
  export LD_LIBRARY_PATH
fi

# Containers mount NVIDIA's driver outside the folders that the loader searches.
if [ -z "${VK_DRIVER_FILES:-}" ] && [ -z "$(find /etc/vulkan/icd.d /usr/share/vulkan/icd.d -name 'nvidia*.json' 2>/dev/null)" ]; then
  driver=$(find /usr/local -maxdepth 5 -path '*vulkan/icd.d/nvidia*.json' 2>/dev/null | head -n 1)
  if [ -n "$driver" ]; then
    VK_DRIVER_FILES=$driver
    export VK_DRIVER_FILES
  fi
fi
echo "Vulkan driver: ${VK_DRIVER_FILES:-the loader finds its own}"
command -v nvidia-smi >/dev/null && nvidia-smi --query-gpu=name,driver_version,memory.total --format=csv,noheader || true

case $results in /*) ;; *) results=$OLDPWD/$results ;; esac
bin/node bench/dist/main.js gpu --no-install --json "$results" "$@"
