# Installs what a check needs, where it may; says what to do where it may not. To be sourced.

# as_root COMMAND…: runs it with the rights to install.
as_root() {
    if [[ $EUID -eq 0 ]]; then
        "$@"
    elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
        sudo -n env DEBIAN_FRONTEND=noninteractive "$@"
    else
        echo "This needs the rights to install packages: run as root, or as a user who may use sudo without a password." >&2
        return 1
    fi
}

# apt_install PACKAGE…
apt_install() {
    if ! command -v apt-get >/dev/null; then
        echo "There is no apt-get here. Install by hand what provides: $*" >&2
        return 1
    fi
    echo "Installing $* …"
    export DEBIAN_FRONTEND=noninteractive
    if [[ -z ${apt_is_fresh:-} ]]; then
        as_root apt-get update -qq || return 1
        apt_is_fresh=yes
    fi
    # Somebody else's installation may hold the lock: wait for it rather than fail.
    as_root apt-get install -y -qq --no-install-recommends \
        -o DPkg::Lock::Timeout=120 -o Dpkg::Use-Pty=0 "$@" >/dev/null
}

# needs COMMAND PACKAGE…: installs the packages unless the command is there.
needs() {
    local command=$1
    shift
    command -v "$command" >/dev/null && return
    apt_install "$@" || return 1
    command -v "$command" >/dev/null && return
    echo "$* is installed, but there is still no $command." >&2
    return 1
}

# install_rust_tools: rustfmt and clippy belong to the toolchain, and a minimal one lacks them.
install_rust_tools() {
    if ! command -v cargo >/dev/null && [[ -x $HOME/.cargo/bin/cargo ]]; then
        export PATH="$HOME/.cargo/bin:$PATH"
    fi
    if ! command -v cargo >/dev/null; then
        echo "There is no cargo here: install Rust first (https://rustup.rs)." >&2
        return 1
    fi
    needs cc gcc libc6-dev || return 1
    local tool
    for tool in fmt clippy; do
        cargo "$tool" --version >/dev/null 2>&1 && continue
        rustup component add "${tool/fmt/rustfmt}" || return 1
    done
}

# install_python: Python with virtual environments, which Debian packs apart.
install_python() {
    needs python3 python3 || return 1
    python3 -c 'import ensurepip, venv' 2>/dev/null || apt_install python3-venv
}

# install_chromium: a browser, and letters for the pictures of its pages.
install_chromium() {
    needs chromium chromium || return 1
    fc-list 2>/dev/null | grep -qi 'cjk\|wqy' || apt_install fonts-noto-cjk
}

# install_node DIR: Node.js as tests/audits/package.json wants it. Where Debian's own is older, one from npm's registry is
# put into the folder, for this run alone.
install_node() {
    needs node nodejs && needs npm npm || return 1
    node_is_new && return
    local arch
    case $(uname -m) in
    x86_64) arch=x64 ;;
    aarch64) arch=arm64 ;;
    *)
        echo "Node.js 20.19 or later is needed here: install it by hand." >&2
        return 1
        ;;
    esac
    echo "Node.js $(node --version) is too old: taking a newer one for this run …"
    npm install --prefix "$1" --no-save --no-audit --no-fund --loglevel=error "node-linux-$arch@24" || return 1
    export PATH="$1/node_modules/node-linux-$arch/bin:$PATH"
    node_is_new
}

node_is_new() {
    node -e 'const [major, minor] = process.versions.node.split(".").map(Number)
        process.exit(major > 20 || (major === 20 && minor >= 19) ? 0 : 1)'
}
