#!/usr/bin/env bash
# Everything that `make demo` and `make test` need, and nothing twice: each step is skipped while its inputs stand still.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf '\033[2m%s\033[0m %s\n' "$(date +%H:%M:%S)" "$*" >&2; }
need() { command -v "$1" >/dev/null 2>&1; }

# What the rest of the set-up is made with, and what only running it takes.
tools_missing() {
  need cmake || echo cmake
  need cc || echo build-essential
  python3 -c 'import venv, ensurepip' 2>/dev/null || echo python3-venv
}

programs_missing() {
  need ffmpeg || echo ffmpeg
  [ -n "${NO_BROWSER:-}" ] || need chromium || echo chromium
  # Another player, three proxies, a cache, a relay, address translation and a wrong clock, for the tests alone: nobody who is not root need install them.
  if [ "$(id -u)" = 0 ]; then
    need vlc || echo vlc-bin vlc-plugin-base
    need nginx || echo nginx-light
    need varnishd || echo varnish
    need haproxy || echo haproxy
    need caddy || echo caddy
    need faketime || echo faketime
    need nft || echo nftables
    need ip || echo iproute2
    need turnserver || echo coturn
  fi
}

# system_packages FINDER: install what it says is missing.
system_packages() {
  local missing
  missing=$("$1" | xargs)
  [ -n "$missing" ] || return 0
  if [ "$(id -u)" = 0 ] && need apt-get; then
    say "installing $missing"
    # shellcheck disable=SC2086 # One word a package.
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $missing >/dev/null
  else
    say "missing here: $missing; please install them and run make again"
    exit 1
  fi
}

toolchains() {
  python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { say "Python 3.11 or newer is missing"; exit 1; }
  need cargo || { say "Rust 1.89 or newer is missing: see rustup.rs"; exit 1; }
  need npm || { say "Node.js 20.19 or newer with npm is missing"; exit 1; }
}

# step NAME INPUTS... -- COMMAND: run the command unless it succeeded before on the same inputs.
step() {
  local name=$1; shift
  local inputs=()
  while [ "$1" != -- ]; do inputs+=("$1"); shift; done; shift
  local now stamp=.venv/.done-$name
  now=$(find "${inputs[@]}" -type f -not -path '*/node_modules/*' -not -path '*/__pycache__/*' -print0 | sort -z | xargs -0 sha256sum | sha256sum)
  if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$now" ]; then return; fi
  say "$name …"
  local started=$SECONDS
  "$@"
  echo "$now" > "$stamp"
  say "$name done in $((SECONDS - started)) s"
}

python_packages() {
  .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
}

web_pages() {
  # What programs read of `make demo ARGS=--json` is its own.
  (cd web && npm ci --silent --no-audit --no-fund && npm run --silent build) >&2
}

media_plane() {
  cargo build --release --locked -p hustings-media
  install_package
}

# The package is used from where it stands; the wheel of `make wheel` is for everyone else.
install_package() {
  .venv/bin/python - <<'PY'
import site, pathlib, stat
root = pathlib.Path.cwd()
packages = pathlib.Path(site.getsitepackages()[0])
(packages / "hustings-here.pth").write_text(f"{root / 'src'}\n")
script = pathlib.Path(".venv/bin/hustings")
script.write_text(f"#!{root / '.venv/bin/python'}\nfrom hustings.cli.main import main\n\nmain()\n")
script.chmod(0o755)
binary = pathlib.Path(".venv/bin/hustings-media")
fresh = binary.with_suffix(".new")
fresh.write_bytes((root / "target/release/hustings-media").read_bytes())
fresh.chmod(0o755)
fresh.replace(binary)
PY
}

toolchains
system_packages tools_missing
[ -x .venv/bin/python ] || { say "making .venv"; python3 -m venv .venv; }
# What is fetched, while what is compiled takes the processors: a group of its own, which ends with us.
set -m
(
  system_packages programs_missing
  step python-packages requirements-dev.lock -- python_packages
  step web-pages web -- web_pages
) </dev/null &
fetching=$!
set +m
trap 'kill -- "-$fetching" 2>/dev/null || true; wait "$fetching" 2>/dev/null || true' EXIT
trap 'exit 130' INT TERM
step media-plane crates Cargo.toml Cargo.lock spec tools/setup.sh -- media_plane
wait "$fetching" || { say "set-up is not complete: see above"; exit 1; }
trap - EXIT INT TERM
